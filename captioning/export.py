"""python -m captioning.export: a run -> a SavedModel, a .tflite file, a compact run."""

import sys
from pathlib import Path

from captioning.cli.arguments import (
    Parser,
    add_force_flag,
    add_rerank_flag,
    add_run_flag,
    add_task_flag,
    check_file_to_write,
    check_new,
    positive,
)
from captioning.cli.which_run import chosen_captioner, chosen_run
from captioning.training.run_files import check_is_run
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

ENDING = ".tflite"  # of the one file

EXAMPLE = """examples:
  python -m captioning.export --run runs/flickr8k --out exported
  python -m captioning.export --run runs/flickr8k --format litert --out photos.tflite

  import tensorflow as tf    # and no captioning
  serve = tf.saved_model.load("exported").signatures["captions"]
  serve(tf.constant([open("photo.jpg", "rb").read()]))["captions"]

If the run learned any task in subwords (every translation; moods in pieces of words
or in characters), "import tensorflow_text" must come before the export is loaded: their
operations are that package's.
"""


def main(argv: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m captioning.export",
        description="Save a run as a SavedModel, one signature a task: raw strings "
        "in (whole picture files, or sentences), strings and scores out. Or save one "
        "task as one .tflite file, which captioning.caption --run, or captioning.read "
        "--run, runs without TensorFlow.",
        epilog=EXAMPLE,
    )
    add_run_flag(parser, "of captions, the captioner that comes with the project")
    add_task_flag(
        parser,
        "what a .tflite file does; where no --run is given, export the newest that has "
        "it",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        required=True,
        help="where to: a new folder, or with --format litert a .tflite file",
    )
    add_force_flag(parser, "the export of --out")
    parser.add_argument(
        "--format",
        choices=("savedmodel", "litert", "compact"),
        default="savedmodel",
        help="compact is a run again, small enough to give to others "
        "(default: savedmodel)",
    )
    parser.add_argument(
        "--weights",
        choices=("float32", "float16", "int8"),
        help="with --format litert: half or a quarter of the size, and rounded "
        "(default: float32)",
    )
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="hypotheses of a search (default: each task's own; of a .tflite file 1 to "
        "5 as well, if captioning.caption --beams asks for them)",
    )
    add_rerank_flag(parser)
    flags = parser.parse_args(argv)
    _check(flags)
    is_litert = flags.format == "litert"
    out = flags.out
    if is_litert:
        check_file_to_write("--out", out, (ENDING,))
    check_new("--out", out, flags.force)
    if flags.run:
        check_is_run(flags.run)
    import_tensorflow()
    if flags.task == "captions":
        run = chosen_captioner(flags)
    else:
        run = chosen_run(flags, flags.task)
    if is_litert:
        from captioning.inference.litert.conversion import write_litert

        weights = flags.weights or "float32"
        size = write_litert(
            run, out, weights, flags.beams, task=flags.task, rerank=flags.rerank
        )
        said = f"{flags.task} of {run}, {weights}, {size / 1e6:.1f} MB"
    elif flags.format == "compact":
        from captioning.training.compact_runs import write_compact

        said = f"{run}, {write_compact(run, out) / 1e6:.1f} MB"
    else:
        from captioning.inference.saved_model import write_saved_model

        names = write_saved_model(run, out, flags.beams, rerank=flags.rerank)
        said = f"{', '.join(names)} of {run}"
    print(f"exported {said}", file=sys.stderr)
    print(out)
    return 0


def _check(flags) -> None:
    """Raise BadInput if flags do not go together."""
    is_litert = flags.format == "litert"
    if flags.weights and not is_litert:
        raise BadInput("--weights goes with --format litert only; leave it out.")
    if is_litert and flags.task == "tags":
        raise BadInput("--format litert does not save tags; give another --task.")
    if not is_litert and flags.out.suffix[1:].isalpha():
        raise BadInput(
            f"--out is {flags.out}, the name of a file, and --format {flags.format} "
            "writes a folder; expected a name without an ending. Name another, or give "
            f"--format litert and a name that ends in {ENDING}."
        )
    if flags.format == "compact" and (flags.beams or not flags.rerank):
        raise BadInput(
            "--beams and --no-rerank go with the other formats only; leave them out."
        )


if __name__ == "__main__":
    exit_on_bad_input(main)
