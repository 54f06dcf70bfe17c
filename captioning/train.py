"""python -m captioning.train: a data set -> a run. Without --data: the harbour."""

import argparse
import sys
import time
from pathlib import Path

from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.quiet import import_tensorflow

HARBOUR = Path("data/harbour")
HARBOUR_SCENES = 6000  # what five minutes on two cores see often enough

EXAMPLE = """examples:
  python -m captioning.train                      # the embedded harbour, five minutes
  python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
  python -m captioning.train --data data/flickr8k --preset flickr8k --run runs/flickr8k
  python -m captioning.train --run runs/flickr8k --resume      # after a stop
"""


def main(argv: list[str] | None = None) -> int:
    from captioning import config

    parser = argparse.ArgumentParser(
        prog="python -m captioning.train",
        description="Train a captioner, keep the weights that are best on the dev "
        "split, and show what it says.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a data set made by data_prep.prepare (default: the harbour, made now)",
    )
    parser.add_argument(
        "--preset",
        choices=config.PRESETS,
        help="where the knobs start (default: harbour for the harbour, else flickr8k)",
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="the run's directory (default: a new one)",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on from --run's last epoch"
    )
    config.add_flags(parser)
    flags = parser.parse_args(argv)
    import_tensorflow()
    if flags.resume:
        knobs, data, directory = _resumed(flags)
    else:
        knobs, data, directory = _new(flags)
    train_and_show(knobs, data, directory, resume=flags.resume)
    return 0


def _new(flags):
    from captioning import config

    data = flags.data or _harbour()
    name = _name_of(data)
    default = name if name in config.PRESETS else "flickr8k"
    try:
        knobs = config.from_flags(config.preset(flags.preset or default), flags)
    except ValueError as error:
        raise BadInput(str(error)) from error
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return knobs, data, flags.run or Path("runs") / f"{name}-{knobs.cell}-{stamp}"


def _resumed(flags):
    from captioning import config, runs

    if not flags.run:
        raise BadInput("--resume needs --run, the directory of the run to go on with.")
    knobs, data, _ = runs.load_facts(flags.run)
    if flags.preset or config.given(flags):
        raise BadInput(
            f"{flags.run} goes on with the knobs it was started with; other ones were "
            "given. Leave them out, or start a new run."
        )
    return knobs, flags.data or Path(data), flags.run


def _harbour() -> Path:
    from data_prep.prepare import prepare

    if (HARBOUR / "dataset.json").exists():
        print(f"using the harbour in {HARBOUR}, as it is", file=sys.stderr)
    else:
        print(f"making the harbour in {HARBOUR}", file=sys.stderr)
        prepare("harbour", None, HARBOUR, count=HARBOUR_SCENES, seed=0)
    return HARBOUR


def _name_of(data: Path) -> str:
    from data_prep.dataset_info import DatasetInfo

    return DatasetInfo.load(data).name


def train_and_show(knobs, data: Path, directory: Path, *, resume: bool) -> None:
    """Train, then print the scores and a few captions of pictures never seen.

    The harbour is shown on its test split, for it can be made anew; real data on dev,
    so that test stays unseen until every choice is made.
    """
    from captioning import report, training

    try:
        history = training.train(knobs, data, directory, resume=resume)
    except KeyboardInterrupt:
        if training.can_resume(directory):
            command = f"python -m captioning.train --run {directory} --resume"
            print(f"stopped; go on by: {command}", file=sys.stderr)
        raise
    split = "test" if _name_of(data) == "harbour" else "dev"
    shown = report.show_run(directory, data, split)
    print(shown)
    print(
        f"""
The run is {directory} (best of {len(history)} epochs by dev CIDEr-D; curves.png, \
captions.png). What to type next:
  python -m captioning.caption {directory}/samples --run {directory}
  python -m captioning.evaluate --run {directory} --split {split}
  python -m captioning.export --run {directory} --out exported"""
    )


if __name__ == "__main__":
    exit_on_bad_input(main)
