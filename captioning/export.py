"""python -m captioning.export: a run -> a SavedModel that needs none of our code."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from captioning.commands import add_run_flag, chosen_run, positive
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.quiet import import_tensorflow

EXAMPLE = """example:
  python -m captioning.export --run runs/flickr8k --out exported

  import tensorflow as tf                    # nothing else, and no captioning
  serve = tf.saved_model.load("exported").signatures["serving_default"]
  serve(tf.constant([open("photo.jpg", "rb").read()]))["captions"]
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m captioning.export",
        description="Save a run as a SavedModel: image_bytes (string, batch) in; "
        "captions (string, batch x beams, best first) and scores (float32) out.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_run_flag(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where to, a new folder"
    )
    parser.add_argument(
        "--beams",
        type=positive,
        metavar="K",
        help="captions a picture (default: the run's)",
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    export(chosen_run(flags), flags.out, flags.beams)
    print(flags.out)
    return 0


def export(run_directory: Path, out: Path, num_beams: int | None = None) -> None:
    """Write the run's encoder, search and words as one SavedModel.

    Args:
        run_directory: a finished run.
        out: a new directory, or an export that this one replaces.
        num_beams: captions a picture; the run's own if not given.

    Raises:
        BadInput: the run is not whole, or `out` holds something else.
    """
    import tensorflow as tf

    from captioning.inference import EXPORT_FACTS, EXPORT_FORMAT, PictureCaptioner
    from captioning.runs import load_run

    out = out.resolve()
    is_export = (out / EXPORT_FACTS).exists()
    if out.exists() and not is_export and (out.is_file() or any(out.iterdir())):
        raise BadInput(
            f"{out} exists and is not an export; expected a new folder, or an export "
            "to replace. Give another --out."
        )
    run = load_run(run_directory)
    num_beams = num_beams or run.config.num_beams
    whole = PictureCaptioner(run, num_beams)
    module = tf.Module()
    # Keras' own ExportArchive would write every variable twice.
    module.weights = [variable.value for variable in whole.captioner.variables]
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    tf.saved_model.save(module, str(partial), {"serving_default": whole.serve})
    facts = {"format": EXPORT_FORMAT, "num_beams": num_beams}
    (partial / EXPORT_FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    old = out.with_name(f"{partial.name}.old")
    if out.exists():
        out.rename(old)
    partial.rename(out)
    shutil.rmtree(old, ignore_errors=True)
    print(f"exported {run_directory} with {num_beams} beams", file=sys.stderr)


if __name__ == "__main__":
    exit_on_bad_input(main)
