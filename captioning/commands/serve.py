"""captioning serve: pictures over HTTP -> captions."""

import argparse
import contextlib
import ipaddress
import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from captioning import pretrained
from captioning.cli.arguments import Parser, add_rerank_flag, add_trust_flag, positive
from captioning.inference.choose_engine import load
from captioning.inference.model_paths import is_one_file
from captioning.serving.settings import Settings
from captioning.serving.site import write_site
from data_prep.errors import BadInput, exit_on_bad_input

KEY_VARIABLE = "CAPTIONING_API_KEY"
EXAMPLE = f"""examples:
  python -m captioning serve
  curl --form image=@photo.jpg http://127.0.0.1:8000/v1/caption
  {KEY_VARIABLE}=... python -m captioning serve --host 0.0.0.0

docs/serving.md has the requests, the answers and the limits.
"""
_DEFAULT = Settings()


def main(argv: list[str] | None = None) -> int:
    flags = _parser().parse_args(argv)
    settings = _settings(flags)
    from captioning.serving import log
    from captioning.serving.app import create_app
    from captioning.serving.server import bind, build_server

    with bind(flags.host, flags.port) as socket, TemporaryDirectory() as folder:
        if flags.own_page and settings.page is None and _is_one_file(flags.run):
            settings = replace(settings, page=Path(folder) / "page")
            write_site(settings.page, flags.run or pretrained.file())
        engine = load(
            flags.run,
            flags.beams,
            threads=flags.threads,
            rerank=flags.rerank,
            trust_model=flags.trust_model,
        )
        server = build_server(create_app(engine, settings), settings)
        log.event("loaded", captioner=engine.description)
        if not settings.api_key and not _is_loopback(flags.host):
            log.event("open", note=f"no key is asked for; {KEY_VARIABLE} sets one")
        with contextlib.suppress(KeyboardInterrupt):  # SIGTERM, which ends it, too
            server.run([socket])
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m captioning serve",
        description="Answer requests for captions over HTTP, until Ctrl-C or SIGTERM. "
        f"The environment variable {KEY_VARIABLE} holds the key that requests have to "
        "bring, if any. Needs the extra [serve].",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen (default: 127.0.0.1, this machine alone; 0.0.0.0 is all)",
    )
    parser.add_argument(
        "--port", type=_port, default=8000, metavar="N", help="(default: 8000; 0: any)"
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="what captions: a run's directory, an export's, or a .tflite file "
        "(default: the captioner that comes with the project)",
    )
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="captions that a search compares (default: the captioner's own number)",
    )
    add_rerank_flag(parser)
    add_trust_flag(parser)
    parser.add_argument(
        "--threads",
        type=positive,
        metavar="N",
        help="processors that a .tflite file uses (default: all)",
    )
    page = parser.add_mutually_exclusive_group()
    page.add_argument(
        "--page",
        type=Path,
        metavar="DIR",
        help="a folder with an index.html to serve at / (default: the page of "
        "`captioning page`, if a .tflite file captions)",
    )
    page.add_argument(
        "--no-page", dest="own_page", action="store_false", help="serve nothing at /"
    )
    _add_limits(parser.add_argument_group("limits"))
    return parser


def _add_limits(group) -> None:
    for name, value, metavar, what in (
        (
            "batch-size",
            None,
            "N",
            "pictures that the captioner gets at once, at most (default: 8; 1 of a "
            ".tflite file with one thread, which captions them one by one)",
        ),
        (
            "queue",
            _DEFAULT.queue_size,
            "N",
            "pictures in work; what comes beyond gets status 429",
        ),
        (
            "max-pictures",
            _DEFAULT.max_pictures,
            "N",
            "pictures of one request",
        ),
        ("max-mib", _DEFAULT.max_bytes // 2**20, "N", "size of one request, in MiB"),
        (
            "timeout",
            round(_DEFAULT.timeout),
            "SECONDS",
            "for a request to be sent, and again for its answer",
        ),
        ("decoders", _DEFAULT.decoders, "N", "processes that decode pictures"),
        ("connections", _DEFAULT.connections, "N", "connections at once"),
    ):
        shown = "" if value is None else f" (default: {value})"
        group.add_argument(
            f"--{name}",
            type=positive,
            default=value,
            metavar=metavar,
            help=what + shown,
        )
    group.add_argument(
        "--batch-wait",
        type=_milliseconds,
        default=_DEFAULT.batch_wait,
        metavar="MS",
        help="milliseconds that a picture waits for others of its batch (default: "
        f"{_DEFAULT.batch_wait * 1000:g})",
    )
    group.add_argument(
        "--origins",
        nargs="+",
        default=(),
        metavar="URL",
        help="web pages that may call the service, such as https://example.org (CORS; "
        "default: those that it serves itself)",
    )


def _settings(flags: argparse.Namespace) -> Settings:
    key = os.environ.get(KEY_VARIABLE)
    if key is not None and not key.strip():
        raise BadInput(
            f"{KEY_VARIABLE} is empty; expected a key. Set one, or unset the variable."
        )
    if flags.max_pictures > flags.queue:
        raise BadInput(
            f"--max-pictures is {flags.max_pictures}, and --queue {flags.queue}; "
            "expected a queue that takes a whole request: give a larger one."
        )
    if flags.page and not (flags.page / "index.html").is_file():
        raise BadInput(
            f"{flags.page} has no index.html; expected the folder of a page: name "
            "another."
        )
    return Settings(
        batch_size=flags.batch_size or _batch_size(flags),
        batch_wait=flags.batch_wait,
        queue_size=flags.queue,
        max_pictures=flags.max_pictures,
        max_bytes=flags.max_mib * 2**20,
        timeout=float(flags.timeout),
        decoders=flags.decoders,
        connections=flags.connections,
        origins=tuple(flags.origins),
        api_key=key,
        page=flags.page,
    )


def _batch_size(flags) -> int:
    threads = flags.threads or os.cpu_count() or 1
    one_by_one = _is_one_file(flags.run) and threads == 1
    return 1 if one_by_one else _DEFAULT.batch_size


def _is_one_file(run: Path | None) -> bool:
    return run is None or is_one_file(run)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"got {text!r}; expected 0 to 65535")
    return int(text)


def _milliseconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"got {text!r}; expected 0 to 10000")
    return value / 1000


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


if __name__ == "__main__":
    exit_on_bad_input(main)
