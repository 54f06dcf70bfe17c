"""python -m captioning.export: a run -> a graph without our code, or a small run."""

import json
import sys
from pathlib import Path

from captioning import pretrained
from captioning.cli.arguments import (
    Parser,
    add_run_flag,
    add_task_flag,
    check_file_to_write,
    positive,
)
from captioning.cli.runs import chosen_captioner, chosen_run
from captioning.tasks.registry import SEARCHING
from data_prep.atomic import marked, replacing, write_bytes
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

EXAMPLE = """examples:
  python -m captioning.export --run runs/flickr8k --out exported
  python -m captioning.export --run runs/flickr8k --format litert --out photos.tflite
  python -m captioning.export --format litert     # captioning.caption is at once then

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
        "in (whole picture files, or sentences), strings and scores out. Or save its "
        "captioner as one .tflite file, which captioning.caption --model runs without "
        "TensorFlow.",
        epilog=EXAMPLE,
    )
    add_run_flag(parser, "of captions, the captioner that comes with the project")
    add_task_flag(parser, "where no --run is given: export the newest that has it")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="where to: a new folder, or a file with --format litert (default with "
        "--format litert, of the captioner that comes with the project: where "
        "captioning.caption finds it, and answers sooner)",
    )
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
        help="hypotheses of a search (default: each task's own)",
    )
    flags = parser.parse_args(argv)
    is_litert = flags.format == "litert"
    if flags.weights and not is_litert:
        raise BadInput("--weights goes with --format litert only; leave it out.")
    if is_litert and flags.task != "captions":
        raise BadInput(
            f"--format litert saves captions, not {flags.task}; leave --task out."
        )
    if flags.format == "compact" and flags.beams:
        raise BadInput("--beams goes with the other formats only; leave it out.")
    of_shipped = is_litert and not flags.run and pretrained.RUN.exists()
    out = flags.out or (pretrained.TFLITE if of_shipped else None)
    if not out:
        raise BadInput("--out is missing; expected where to write. Name a new one.")
    import_tensorflow()
    if flags.task == "captions":
        run = chosen_captioner(flags)
    else:
        run = chosen_run(flags, flags.task)
    if is_litert:
        export_litert(run, out, flags.weights or "float32", flags.beams)
    elif flags.format == "compact":
        export_compact(run, out)
    else:
        export(run, out, flags.beams)
    print(out)
    return 0


def export(run_directory: Path, out: Path, num_beams: int | None = None) -> None:
    """Write a run as one SavedModel, with one signature a task.

    Args:
        run_directory: a finished run.
        out: a new directory, or an export that this one replaces.
        num_beams: hypotheses of every search; each task's own number if not given.

    Raises:
        BadInput: the run is not whole, or `out` holds something else.
    """
    from captioning.inference.saved_model import EXPORT_FACTS

    with replacing(out, marked("an export", EXPORT_FACTS)) as partial:
        tasks = _write_saved_model(run_directory, partial, num_beams)
    print(f"exported {', '.join(tasks)} of {run_directory}", file=sys.stderr)


def _write_saved_model(run_directory, out, num_beams) -> list[str]:
    """Write an export into an empty folder; return the names of its tasks."""
    import tensorflow as tf

    from captioning.inference.saved_model import EXPORT_FACTS, EXPORT_FORMAT
    from captioning.training.loading import load_run

    tasks = load_run(run_directory).tasks
    signatures = {
        name: p.serving_function(num_beams=num_beams) for name, p in tasks.items()
    }
    module = tf.Module()
    # Keras' own ExportArchive would write every variable twice.
    module.weights = [v.value for p in tasks.values() for v in p.model.variables]
    # What a task holds beside: tables of words, a frozen encoder in front.
    module.resources = [p.tracked_resources() for p in tasks.values()]
    first = next(iter(signatures.values()))
    tf.saved_model.save(module, str(out), {"serving_default": first, **signatures})
    beams = {
        name: num_beams or tasks[name].config.search.num_beams
        for name in SEARCHING
        if name in tasks
    }
    facts = {
        "format": EXPORT_FORMAT,
        # The captions' if there are any: `captioning.caption --beams` must be the same.
        "num_beams": next(iter(beams.values()), None),
        "patterns": {
            name: {"num_beams": beams[name]} if name in beams else {} for name in tasks
        },
    }
    if "translation" in tasks:
        facts["languages"] = list(tasks["translation"].subwords.language_ids)
    (out / EXPORT_FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    return list(tasks)


def export_compact(run_directory: Path, out: Path) -> None:
    """Write a run as one that is small enough to give to others.

    Args:
        run_directory: a finished run.
        out: a new folder, or a run of this form that this one replaces.

    Raises:
        BadInput: the run is not whole, or `out` holds something else.
    """
    from captioning.training.compact_runs import write_compact
    from captioning.training.run_directory import COMPACT

    with replacing(out, marked("a compact run", COMPACT)) as partial:
        write_compact(run_directory, partial)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print(f"exported {run_directory}, {size / 1e6:.1f} MB", file=sys.stderr)


def export_litert(
    run_directory: Path, out: Path, weights: str, num_beams: int | None = None
) -> None:
    """Write a run's captioner as one .tflite file.

    Args:
        run_directory: a finished run.
        out: a new file, or a .tflite file that this one replaces.
        weights: as `litert.conversion.convert` takes them.
        num_beams: hypotheses of the search; the run's own number if not given.

    Raises:
        BadInput: the run is not whole or has no captions, or `out` is something else.
    """
    from captioning.inference.litert.conversion import convert
    from captioning.inference.litert.metadata import is_litert
    from captioning.training.loading import load_run

    if out.exists() and not is_litert(out):
        raise BadInput(
            f"{out} exists and is no .tflite file; expected a new file, or one to "
            "replace. Give another --out."
        )
    check_file_to_write("--out", out)
    model = convert(load_run(run_directory).task("captions"), weights, num_beams)
    write_bytes(out, model)
    print(
        f"exported captions of {run_directory}, {weights}, {len(model) / 1e6:.1f} MB",
        file=sys.stderr,
    )


if __name__ == "__main__":
    exit_on_bad_input(main)
