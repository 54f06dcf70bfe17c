"""python -m captioning.caption: photos -> captions."""

import json
import sys
from pathlib import Path

from captioning import pretrained
from captioning.cli.arguments import Parser, add_run_flag, check_file_to_write, positive
from captioning.cli.runs import chosen_captioner, say_pretrained
from captioning.inference.folder import Captioned, Captioner, Tagger, caption_pictures
from captioning.inference.results import Tag
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input, printable
from data_prep.pictures.folders import find_pictures

# Pictures that a .tflite file, which takes one after the other, has captioned before
# TensorFlow has started: some 10 s, at 0.15 s each.
FEW = 64
DRAWN_AS = (".png", ".jpg", ".jpeg")

EXAMPLE = """examples:
  python -m captioning.caption photo.jpg
  python -m captioning.caption holiday/ --beams 5 --json > captions.jsonl
  python -m captioning.caption photo.jpg --tags
  python -m captioning.caption photo.jpg --explain --attention looks.png
  python -m captioning.caption photo.jpg --model captioner.tflite   # at once
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
    add_run_flag(parser, "the captioner that comes with the project")
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="captions a picture, best first (default: the best of the run's beams)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="instead of a run: a .tflite file, made by captioning.export --format "
        "litert; answers sooner, for it needs no TensorFlow",
    )
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
    flags = parser.parse_args(argv)
    if flags.model and (flags.run or flags.tags or flags.tags_run):
        raise BadInput(
            "--model is one file that captions, and nothing else; leave --run, --tags "
            "and --tags-run out, or leave --model out."
        )
    paths = list(find_pictures(flags.paths))
    if not paths:
        raise BadInput(
            f"There is no file in {', '.join(map(str, flags.paths))}; "
            "expected pictures. Name a picture or a folder that holds some."
        )
    if flags.attention:
        _check_attention(flags, paths)
    say = _say_json if flags.json else _explain if flags.explain else _say
    shown = None if flags.explain else flags.beams or 1
    num_captioned = 0
    model = flags.model or _at_once(flags, len(paths))
    caption, tag = _of_file(model, flags) if model else _of_runs(flags)
    for result in caption_pictures(paths, caption, tag):
        num_captioned += not result.error
        say(result, shown)
    return 0 if num_captioned else 2


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


def _at_once(flags, num_pictures: int) -> Path | None:
    """Return the file that answers sooner than the run it was made of, if there is one
    and it can do what is asked for."""
    of_a_run = (
        flags.run,
        flags.tags,
        flags.tags_run,
        flags.beams,
        flags.explain,
        flags.attention,
    )
    if any(of_a_run) or num_pictures > FEW or not pretrained.TFLITE.exists():
        return None
    say_pretrained()
    return pretrained.TFLITE


def _of_file(model: Path, flags) -> tuple[Captioner, None]:
    """Load the file, and no TensorFlow."""
    from captioning.inference.litert.captioner import LiteRTCaptioner

    return LiteRTCaptioner(model, flags.beams), None


def _of_runs(flags) -> tuple[Captioner, Tagger | None]:
    import_tensorflow()
    from captioning.inference.predictor import (
        DrawingCaptioner,
        LoadedCaptioner,
        LoadedTagger,
        run_with_tags,
    )

    run = chosen_captioner(flags)
    tags_run = flags.tags_run
    if flags.tags and not tags_run:
        tags_run = run_with_tags(run)
    tag = LoadedTagger(tags_run) if tags_run else None
    if flags.attention:
        return DrawingCaptioner(run, flags.attention, flags.beams), tag
    return LoadedCaptioner(run, flags.beams), tag


def _say(result: Captioned, shown: int) -> None:
    if result.error:
        _write(f"error: {printable(result.error)}", sys.stderr)
    tags = _listed(result.tags)
    for caption, score in result.captions[:shown]:
        scored = f"  ({score:.3f})" if shown > 1 else ""
        _write(f"{printable(str(result.path))} -> {caption}{scored}{tags}", sys.stdout)


def _explain(result: Captioned, shown: int | None) -> None:
    if result.error:
        _write(f"error: {printable(result.error)}", sys.stderr)
        return
    _write(f"{printable(str(result.path))}{_listed(result.tags)}", sys.stdout)
    for caption, score in result.captions[:shown]:
        _write(f"  {score:6.3f}  {caption}", sys.stdout)


def _listed(tags: list[Tag] | None) -> str:
    return "" if tags is None else f"  [{', '.join(found.tag for found in tags)}]"


def _say_json(result: Captioned, shown: int | None) -> None:
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
