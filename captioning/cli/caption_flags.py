"""The flags of captioning.caption."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from captioning.cli import file_flags, shard_flags
from captioning.cli.arguments import (
    Parser,
    add_rerank_flag,
    add_trust_flag,
    check_apart,
    check_file_to_write,
    check_new,
    positive,
    share,
    spelled,
)
from captioning.inference.attention_file import DRAWN_AS
from data_prep.errors import BadInput
from data_prep.pictures.places import Place

EXAMPLE = """examples:
  python -m captioning.caption photo.jpg
  python -m captioning.caption holiday/ --out holiday/captions.csv
  python -m captioning.caption holiday/ --sidecars xmp
  python -m captioning.caption --alt-text page.html
  python -m captioning.caption holiday/ --beams 5 --json > captions.jsonl
  python -m captioning.caption photo.jpg --tags
  python -m captioning.caption photo.jpg --explain --attention looks.png
  python -m captioning.caption holiday/ --min-confidence 0.5
"""


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Return the flags, checked among themselves.

    Raises:
        BadInput: flags contradict each other, or a file cannot be written.
    """
    parser = _parser()
    flags = parser.parse_args(argv)
    if not flags.paths and not flags.alt_text and not flags.list:
        parser.error("the following arguments are required: PATH")
    flags.run = _one_captioner(flags)
    flags.out = file_flags.checked_out(flags)
    _check_together(flags)
    return flags


def _parser() -> Parser:
    parser = Parser(
        prog="python -m captioning.caption",
        description="Caption pictures. Results go to stdout, or into the files that "
        "--out, --sidecars or --alt-text name; all else to stderr. Exit status 0 if "
        "anything was captioned, or nothing was left to caption, else 2.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=file_flags.picture_named,
        metavar="PATH",
        help="a picture, or a folder: every file in it and below is tried that may be "
        "a picture by its name; or one of a store, as in s3://BUCKET/FOLDER (needs "
        "fsspec, and the package of the store)",
    )
    shard_flags.add_list_flag(parser)
    parser.add_argument(
        "--run",
        type=file_flags.file_named,
        metavar="RUN",
        help="what captions: a run's directory, an export's, or a .tflite file, which "
        "answers sooner, for it needs no TensorFlow (default: the captioner that comes "
        "with the project, which is such a file)",
    )
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="captions a picture, best first (default: the best of the run's beams)",
    )
    add_rerank_flag(parser)
    add_trust_flag(parser)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--threads",
        type=positive,
        metavar="N",
        help="processors that a .tflite file uses (default: all; with a run or an "
        "export TensorFlow chooses)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help='a line a picture: {"image", "captions": [{"caption", "score", '
        '"confidence", "expected_cider_d"}]}, without what the captioner does not say; '
        'or {"image", "error"}; left out by --min-confidence: {"image", "captions": '
        '[], "confidence"}. With --tags also "tags": [{"tag", "probability"}]',
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="show all beams with their scores, best first (with --json, list them): "
        "the log probability of a caption over length ** length_penalty, its end "
        "counted; nearer to 0 is likelier. Where captions are re-ranked, before it the "
        "expected CIDEr-D, by which they are ordered",
    )
    parser.add_argument(
        "--attention",
        type=Path,
        metavar="FILE",
        help="of one picture: draw it once for every word of its best caption, clear "
        "where the run looked as it chose that word, veiled elsewhere, into a .png or "
        ".jpg file (needs the extra [plot])",
    )
    parser.add_argument(
        "--min-confidence",
        type=share,
        metavar="X",
        help="leave out captions whose main thing is right with a lower probability, "
        "0 to 1. Without it, those below 0.5 are marked as unsure (only with a "
        "captioner that says how sure it is, as the default does)",
    )
    parser.add_argument(
        "--tags",
        action="store_true",
        help="list what is in each picture too (needs the extra [train], and a run "
        "that learned tags, as `captioning.train --task tags` makes)",
    )
    parser.add_argument(
        "--tags-run",
        type=Path,
        metavar="RUN",
        help="the run that lists it (default: that of the captions if it learned tags "
        "too, else the newest under runs/ that did)",
    )
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="say on stderr which file or run captions, and by which library",
    )
    file_flags.add_file_flags(
        parser.add_argument_group("captions in files, instead of on stdout")
    )
    shard_flags.add_shard_flags(parser.add_argument_group("many pictures"))
    return parser


def _one_captioner(flags) -> Path | None:
    """Return `--run`, or `--model`, which is its name of earlier versions."""
    if not flags.model:
        return flags.run
    if flags.run or flags.tags or flags.tags_run:
        raise BadInput(
            "--model is one file that captions, and nothing else; leave --run, --tags "
            "and --tags-run out, or leave --model out."
        )
    return flags.model


def _check_together(flags) -> None:
    pairs = (
        ("alt_text", "paths"),
        ("alt_text", "sidecars"),
        ("alt_text", "resume"),
        ("alt_text", "tags"),
        ("sidecars", "out"),
        ("sidecars", "tags"),
    )
    check_apart(flags, pairs)
    shard_flags.check(flags)
    given = {name for name, value in vars(flags).items() if value}
    needed = {"overwrite": "sidecars", "force": "out", "resume": "out"}
    for first, second in needed.items():
        if first == "force" and "attention" in given:
            continue
        if first in given and second not in given:
            first, second = spelled(first), spelled(second)
            raise BadInput(f"{first} goes with {second}; add it, or leave {first} out.")
    for name in ("prefix", "suffix"):
        if not getattr(flags, name).isprintable():
            raise BadInput(
                f"{spelled(name)} is {getattr(flags, name)!r}; expected text on one "
                "line: leave line ends and other control characters out."
            )


def of_captions(flags: argparse.Namespace) -> dict[str, Any]:
    """Return the options that the captions in a file depend on, by name."""
    names = ("beams", "rerank", "explain", "tags", "min_confidence", "prefix", "suffix")
    chosen = {name: getattr(flags, name) for name in names}
    return {"run": str(flags.run or ""), **chosen}


def check_pictures(flags: argparse.Namespace, pictures: Sequence[Place]) -> None:
    """Check the flags against the pictures, before anything is loaded.

    Raises:
        BadInput: a file to write is one of the pictures, or the attention cannot be
            drawn.
    """
    if flags.attention:
        _check_attention(flags, pictures)
    for flag, out in (("--out", flags.out), ("--attention", flags.attention)):
        if (
            out
            and out.exists()
            and any(os.path.exists(p) and out.samefile(p) for p in pictures)
        ):
            raise BadInput(f"{flag} is {out}, the picture itself: name another file.")
    if flags.attention:
        check_new("--attention", flags.attention, flags.force)


def _check_attention(flags, pictures):
    if len(pictures) != 1:
        raise BadInput(
            f"--attention got {len(pictures)} pictures; expected exactly one, drawn "
            "once for each word. Name a single picture."
        )
    check_file_to_write("--attention", flags.attention, DRAWN_AS)
