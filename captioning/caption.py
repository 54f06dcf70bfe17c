"""python -m captioning.caption: photos -> captions."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from captioning.cli.arguments import Parser, check_file_to_write, positive
from captioning.cli.runs import chosen_captioner
from captioning.inference import folder, outputs
from captioning.inference.attention import captioning_and_drawing
from captioning.inference.load import load
from captioning.inference.results import PictureResult
from data_prep.console import import_tensorflow, progress, say
from data_prep.errors import BadInput, exit_on_bad_input, printable
from data_prep.pictures.folders import find_pictures

DRAWN_AS = (".png", ".jpg", ".jpeg")

EXAMPLE = """examples:
  python -m captioning.caption photo.jpg
  python -m captioning.caption holiday/ --beams 5 --json > captions.jsonl
  python -m captioning.caption photo.jpg --tags
  python -m captioning.caption photo.jpg --explain --attention looks.png
  python -m captioning.caption photo.jpg --run captioner.tflite   # at once
"""


def main(argv: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m captioning.caption",
        description="Caption pictures. Results go to stdout, all else to stderr. "
        "Exit status 0 if anything was captioned, else 2.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a picture, or a folder: every file in it and below is tried",
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="what captions: a run's directory, an export's, or a .tflite file, which "
        "answers sooner, for it needs no TensorFlow (default: the captioner that comes "
        "with the project; `captioning.export --format litert` makes it answer sooner)",
    )
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="captions a picture, best first (default: the best of the run's beams)",
    )
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--json",
        action="store_true",
        help='a line a picture: {"image", "captions": [{"caption", "score"}]}, '
        'or {"image", "error"}; with --tags also "tags": [{"tag", "probability"}]',
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="show all beams with their scores, best first (with --json, list them): "
        "the log probability of a caption over length ** length_penalty, its end "
        "counted; nearer to 0 is likelier",
    )
    parser.add_argument(
        "--attention",
        type=Path,
        metavar="OUT.png",
        help="of one picture: draw it once for every word of its best caption, clear "
        "where the run looked as it chose that word, veiled elsewhere",
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
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="say on stderr which file or run captions, and by which library",
    )
    flags = parser.parse_args(argv)
    flags.run = _one_captioner(flags)
    paths = list(find_pictures(flags.paths))
    if not paths:
        raise BadInput(
            f"There is no file in {', '.join(map(str, flags.paths))}; "
            "expected pictures. Name a picture or a folder that holds some."
        )
    if flags.attention:
        _check_attention(flags, paths)
    num_captioned = 0
    with (
        folder.reading(paths) as batches,  # while the captioner is loaded, too
        progress(
            total=len(paths), label="captions", unit="pictures", shown=len(paths) > 1
        ) as bar,
    ):
        caption, tag = _loaded(flags)
        for batch in batches:
            for result in folder.caption_batch(batch, caption, tag):
                num_captioned += not result.error
                _show(result, flags)
            bar.update(len(batch))
    return 0 if num_captioned else 2


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


def _check_attention(flags, paths: list[Path]) -> None:
    """Raise BadInput if the attention cannot be drawn, before anything is loaded."""
    out = flags.attention
    if flags.model:
        raise BadInput(
            "--attention needs a run, and --model is a file that says words alone; "
            "leave --model out and give --run the run that it was made of."
        )
    if len(paths) != 1:
        raise BadInput(
            f"--attention got {len(paths)} pictures; expected exactly one, drawn once "
            "for each word. Name a single picture."
        )
    check_file_to_write("--attention", out, DRAWN_AS)
    if out.exists() and paths[0].exists() and out.samefile(paths[0]):
        raise BadInput(
            f"--attention is {out}, the picture itself; expected a file to write. "
            "Name another."
        )


def _loaded(flags) -> tuple[Callable, Callable | None]:
    """Return what captions encoded pictures, and what tags them, if anything."""
    run = flags.run or chosen_captioner(flags)
    tag = None
    if flags.tags or flags.tags_run:
        import_tensorflow()
        from captioning.inference.tagger import Tagger, run_with_tags

        tag = Tagger(flags.tags_run or run_with_tags(run)).tag
    engine = load(flags.run, flags.beams, attention=bool(flags.attention))
    if flags.verbose:
        say(f"captions by {engine.description}")
    if flags.attention:
        return captioning_and_drawing(engine, flags.attention), tag
    return engine.caption, tag


def _show(result: PictureResult, flags) -> None:
    if result.error and not flags.json:
        say(f"error: {printable(result.error)}")
    if flags.json:
        shown = None if flags.explain else flags.beams or 1
        lines = [outputs.json_line(result, shown)]
    elif flags.explain:
        lines = outputs.beam_lines(result)
    else:
        lines = outputs.text_lines(result, flags.beams or 1)
    for line in lines:
        say(line, sys.stdout)


if __name__ == "__main__":
    exit_on_bad_input(main)
