"""python -m captioning.caption: photos -> captions."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from captioning.commands import add_run_flag, chosen_run, positive
from data_prep.errors import BadInput, exit_on_bad_input, printable
from data_prep.picture_folders import find_pictures
from data_prep.pictures import PictureReader
from data_prep.quiet import import_tensorflow

BATCH_SIZE = 16  # the encoder is no faster with more, and the first lines come sooner
BATCH_BYTES = 2**26  # of encoded pictures; one that is larger comes alone

EXAMPLE = """examples:
  python -m captioning.caption photo.jpg
  python -m captioning.caption holiday/ --beams 5 --json > captions.jsonl
  python -m captioning.caption photo.jpg --tags
"""


class Captioned(NamedTuple):
    """A picture and what became of it: its captions and, if they were asked for, its
    tags, best first; or an error."""

    path: Path
    captions: list
    error: str = ""
    tags: list | None = None


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
        type=positive,
        metavar="K",
        help="captions a picture, best first (default: the best of the run's beams)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help='a line a picture: {"image", "captions": [{"caption", "score"}]}, '
        'or {"image", "error"}; with --tags also "tags": [{"tag", "probability"}]',
    )
    parser.add_argument(
        "--tags", action="store_true", help="list what is in each picture too"
    )
    parser.add_argument(
        "--tags-run",
        type=Path,
        metavar="RUN",
        help="the run that lists it (default: that of the captions if it learned tags "
        "too, else the newest under runs/ that did)",
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    paths = list(find_pictures(flags.paths))
    if not paths:
        raise BadInput(
            f"There is no file in {', '.join(map(str, flags.paths))}; "
            "expected pictures. Name a picture or a folder that holds some."
        )
    say = _say_json if flags.json else _say
    shown = flags.beams or 1
    num_captioned = 0
    run = chosen_run(flags, "captions")
    tags_run = _tags_run(flags, run)
    for result in caption_pictures(paths, run, flags.beams, tags_run):
        num_captioned += not result.error
        say(result, shown)
    return 0 if num_captioned else 2


def _tags_run(flags, run: Path) -> Path | None:
    if flags.tags_run or not flags.tags:
        return flags.tags_run
    from captioning.inference import run_with_tags

    return run_with_tags(run)


def caption_pictures(
    paths: list[Path],
    run: Path,
    num_beams: int | None = None,
    tags_run: Path | None = None,
) -> Iterator[Captioned]:
    """Yield what became of each picture, in order, going on past bad ones.

    Args:
        paths: files; nothing is believed of their names or contents.
        run: a run's directory, or an export's.
        num_beams: captions a picture; the run's own number if not given.
        tags_run: a run, or an export, that tags them too; none does if not given.
    """
    from tqdm import tqdm

    from captioning.inference import LoadedCaptioner, LoadedTagger

    caption = LoadedCaptioner(run, num_beams)
    tag = LoadedTagger(tags_run) if tags_run else None
    with (
        PictureReader() as reader,
        tqdm(total=len(paths), unit=" pictures", disable=len(paths) < 2) as progress,
    ):
        for batch in _batches(paths, reader):
            yield from _caption_batch(batch, caption, tag)
            progress.update(len(batch))


def _batches(
    paths: list[Path], reader: PictureReader
) -> Iterator[list[tuple[Path, bytes | BadInput]]]:
    """Yield pictures that are captioned at once: a few, and not too many bytes."""
    batch, num_bytes = [], 0
    for path in paths:
        try:
            picture = reader.read(path)
        except BadInput as error:
            picture = error
        else:
            if batch and num_bytes + len(picture) > BATCH_BYTES:
                yield batch
                batch, num_bytes = [], 0
            num_bytes += len(picture)
        batch.append((path, picture))
        if len(batch) == BATCH_SIZE:
            yield batch
            batch, num_bytes = [], 0
    if batch:
        yield batch


def _caption_batch(batch, caption, tag) -> list[Captioned]:
    import tensorflow as tf

    found: list[Captioned] = []
    pictures = [picture for _, picture in batch if isinstance(picture, bytes)]
    try:
        captions = iter(caption(pictures) if pictures else [])
        tags = iter(tag(pictures) if pictures and tag else [])
    except tf.errors.OpError:
        if len(batch) > 1:  # one that only Pillow reads; the others need not suffer
            return [_caption_batch([one], caption, tag)[0] for one in batch]
        ((path, _),) = batch
        reason = "cannot be decoded by TensorFlow; save it anew as JPEG or PNG."
        return [Captioned(path, [], f"{path} {reason}")]
    for path, picture in batch:
        if isinstance(picture, BadInput):
            found.append(Captioned(path, [], str(picture)))
        else:
            found.append(Captioned(path, next(captions), tags=next(tags, None)))
    return found


def _say(result: Captioned, shown: int) -> None:
    if result.error:
        _write(f"error: {printable(result.error)}", sys.stderr)
    tags = ""
    if result.tags is not None:
        tags = f"  [{', '.join(found.tag for found in result.tags)}]"
    for caption, score in result.captions[:shown]:
        scored = f"  ({score:.3f})" if shown > 1 else ""
        _write(f"{printable(str(result.path))} -> {caption}{scored}{tags}", sys.stdout)


def _say_json(result: Captioned, shown: int) -> None:
    line: dict = {"image": _unicode(str(result.path))}
    if result.error:
        line["error"] = _unicode(result.error)
    else:
        line["captions"] = [best._asdict() for best in result.captions[:shown]]
        if result.tags is not None:
            line["tags"] = [tag._asdict() for tag in result.tags]
    _write(json.dumps(line, ensure_ascii=False), sys.stdout)


def _unicode(text: str) -> str:
    """Spell out bytes of a file's name that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _write(line: str, file) -> None:
    from tqdm import tqdm

    tqdm.write(line, file=file)  # above the progress bar, not into it
    file.flush()


if __name__ == "__main__":
    exit_on_bad_input(main)
