"""python -m captioning.export: a run -> a SavedModel that needs none of our code."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from captioning.commands import (
    SEARCHING,
    add_pattern_flag,
    add_run_flag,
    chosen_run,
    positive,
)
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.quiet import import_tensorflow

EXAMPLE = """example:
  python -m captioning.export --run runs/flickr8k --out exported

  import tensorflow as tf    # and no captioning
  serve = tf.saved_model.load("exported").signatures["captions"]
  serve(tf.constant([open("photo.jpg", "rb").read()]))["captions"]

If the run learned any pattern in subwords (every translation; moods in pieces of words
or in characters), "import tensorflow_text" must come before the export is loaded: their
operations are that package's.
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m captioning.export",
        description="Save a run as a SavedModel, one signature a pattern: raw strings "
        "in (whole picture files, or sentences), strings and scores out.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_run_flag(parser)
    add_pattern_flag(parser, "where no --run is given: export the newest that has it")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where to, a new folder"
    )
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="hypotheses of a search (default: each pattern's own)",
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    export(chosen_run(flags, flags.pattern), flags.out, flags.beams)
    print(flags.out)
    return 0


def export(run_directory: Path, out: Path, num_beams: int | None = None) -> None:
    """Write a run as one SavedModel, with one signature a pattern.

    Args:
        run_directory: a finished run.
        out: a new directory, or an export that this one replaces.
        num_beams: hypotheses of every search; each pattern's own number if not given.

    Raises:
        BadInput: the run is not whole, or `out` holds something else.
    """
    import tensorflow as tf

    from captioning.runs import load_run
    from captioning.serving import EXPORT_FACTS, EXPORT_FORMAT

    out = out.resolve()
    is_export = (out / EXPORT_FACTS).exists()
    if out.exists() and not is_export and (out.is_file() or any(out.iterdir())):
        raise BadInput(
            f"{out} exists and is not an export; expected a new folder, or an export "
            "to replace. Give another --out."
        )
    patterns = load_run(run_directory).patterns
    signatures = {name: p.server(num_beams=num_beams) for name, p in patterns.items()}
    module = tf.Module()
    # Keras' own ExportArchive would write every variable twice.
    module.weights = [v.value for p in patterns.values() for v in p.model.variables]
    # What a pattern holds beside: tables of words, a frozen encoder in front.
    module.resources = [p.resources() for p in patterns.values()]
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    first = next(iter(signatures.values()))
    tf.saved_model.save(module, str(partial), {"serving_default": first, **signatures})
    beams = {
        name: num_beams or patterns[name].config.num_beams
        for name in SEARCHING
        if name in patterns
    }
    facts = {
        "format": EXPORT_FORMAT,
        # The captions' if there are any: `captioning.caption --beams` must be the same.
        "num_beams": next(iter(beams.values()), None),
        "patterns": {
            name: {"num_beams": beams[name]} if name in beams else {}
            for name in patterns
        },
    }
    if "translation" in patterns:
        facts["languages"] = list(patterns["translation"].subwords.language_ids)
    (partial / EXPORT_FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    old = out.with_name(f"{partial.name}.old")
    if out.exists():
        out.rename(old)
    partial.rename(out)
    shutil.rmtree(old, ignore_errors=True)
    print(f"exported {', '.join(patterns)} of {run_directory}", file=sys.stderr)


if __name__ == "__main__":
    exit_on_bad_input(main)
