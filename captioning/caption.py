"""python -m captioning.caption: photos -> captions."""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from captioning.commands import add_run_flag, chosen_run
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.pictures import PictureReader, find_pictures

BATCH_SIZE = 16  # the encoder is no faster with more, and the first lines come sooner

EXAMPLE = """examples:
  python -m captioning.caption photo.jpg
  python -m captioning.caption holiday/ --beams 5 --json > captions.jsonl
"""


class Captioned(NamedTuple):
    """A picture and what became of it: its captions, best first, or an error."""

    path: Path
    captions: list
    error: str = ""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m captioning.caption",
        description="Caption pictures. Results go to stdout, all else to stderr. "
        "Exit status 0 if anything was captioned, else 2.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a picture, or a folder: every file in it and below is tried",
    )
    add_run_flag(parser)
    parser.add_argument(
        "--beams",
        type=int,
        metavar="K",
        help="captions a picture, best first (default: the best of the run's beams)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help='a line a picture: {"image", "captions": [{"caption", "score"}]}, '
        'or {"image", "error"}',
    )
    flags = parser.parse_args(argv)
    if flags.beams is not None and flags.beams < 1:
        raise BadInput(f"--beams is {flags.beams}; expected at least 1.")
    paths = list(find_pictures(flags.paths))
    if not paths:
        raise BadInput(
            f"There is no file in {', '.join(map(str, flags.paths))}; "
            "expected pictures. Name a picture or a folder that holds some."
        )
    say = _say_json if flags.json else _say
    shown = flags.beams or 1
    num_captioned = 0
    for result in caption_pictures(paths, chosen_run(flags), flags.beams):
        num_captioned += not result.error
        say(result, shown)
    return 0 if num_captioned else 2


def caption_pictures(
    paths: list[Path], run: Path, num_beams: int | None = None
) -> Iterator[Captioned]:
    """Yield what became of each picture, in order, going on past bad ones.

    Args:
        paths: files; nothing is believed of their names or contents.
        run: a run's directory, or an export's.
        num_beams: captions a picture; the run's own number if not given.
    """
    from tqdm import tqdm

    from captioning.inference import LoadedCaptioner

    caption = LoadedCaptioner(run, num_beams)
    remaining = iter(paths)
    with (
        PictureReader() as reader,
        tqdm(total=len(paths), unit=" pictures", disable=len(paths) < 2) as progress,
    ):
        while chunk := list(itertools.islice(remaining, BATCH_SIZE)):
            yield from _caption_chunk(chunk, reader, caption)
            progress.update(len(chunk))


def _caption_chunk(paths, reader, caption) -> Iterator[Captioned]:
    import tensorflow as tf

    pictures, errors = {}, {}
    for path in paths:
        try:
            pictures[path] = reader.read(path)
        except BadInput as error:
            errors[path] = str(error)
    found = {}
    try:
        if pictures:
            captions = caption(list(pictures.values()))
            found = dict(zip(pictures, captions, strict=True))
    except tf.errors.InvalidArgumentError:
        # One that Pillow reads and TensorFlow does not; the others need not suffer.
        for path, picture in pictures.items():
            try:
                (found[path],) = caption([picture])
            except tf.errors.InvalidArgumentError as error:
                reason = str(error).splitlines()[0]
                errors[path] = f"{path} cannot be decoded by TensorFlow: {reason}"
    for path in paths:
        yield Captioned(path, found.get(path, []), errors.get(path, ""))


def _say(result: Captioned, shown: int) -> None:
    if result.error:
        print(f"error: {result.error}", file=sys.stderr, flush=True)
    for caption, score in result.captions[:shown]:
        scored = f"  ({score:.3f})" if shown > 1 else ""
        print(f"{result.path} -> {caption}{scored}", flush=True)


def _say_json(result: Captioned, shown: int) -> None:
    line: dict = {"image": str(result.path)}
    if result.error:
        line["error"] = result.error
    else:
        line["captions"] = [best._asdict() for best in result.captions[:shown]]
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    exit_on_bad_input(main)
