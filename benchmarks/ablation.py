"""python -m benchmarks.ablation: what each change of the training gave, on dev.

One row a run: what it started with, which knobs differ from there (from the preset's,
if it started with nothing), the best dev score, and the minutes of training: its own,
and those of all runs that it builds on.
"""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import NamedTuple

from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

# Which draws, how long, how fast: not what is compared.
_UNSAID = ("seed", "epochs", "patience", "precision")


class Trained(NamedTuple):
    """One run's row.

    Attributes:
        name: its folder's.
        start: the name of the run it started with, or None.
        knobs: by name, those that differ from there.
        dev: the dev score of the weights that were kept.
        minutes: its own training, dev evaluations aside.
    """

    name: str
    start: str | None
    knobs: dict
    dev: float
    minutes: float


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ablation",
        description="A table of what runs changed and what it gave on dev.",
        epilog="example:\n  python -m benchmarks.ablation runs/*",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="runs of captions, each behind the one it started with",
    )
    parser.add_argument(
        "--without-average",
        action="store_true",
        help="score too, on dev, the weights of each run's last epoch as they were, "
        "without their moving average",
    )
    flags = parser.parse_args()
    import_tensorflow()
    print(table(read_runs(flags.runs)))
    for directory in flags.runs if flags.without_average else ():
        plain, averaged = last_scores(directory)
        print(
            f"{directory.name}, last epoch: dev CIDEr-D {plain:.4f} without the moving "
            f"average of the weights, {averaged:.4f} with it"
        )
    return 0


def read_runs(directories: list[Path]) -> list[Trained]:
    """Return what the runs changed and gave, in the same order.

    Raises:
        BadInput: one is no run of captions, or starts with a run that is not before it.
    """
    from captioning.tasks.registry import preset_for
    from captioning.training.history import best, read_history
    from captioning.training.run_directory import CONFIG, load_facts

    configs, found = {}, []
    for directory in directories:
        facts = load_facts(directory)
        if "captions" not in facts:
            raise BadInput(
                f"{directory} learned {', '.join(facts)}; expected runs of captions. "
                "Leave it out."
            )
        start = json.loads((directory / CONFIG).read_text("utf-8")).get("start")
        if start and start not in configs:
            raise BadInput(
                f"{directory} started with {start}, which was not named before it; "
                "expected the two in this order. Name that run too."
            )
        config = facts["captions"].config
        before = configs.get(start) or preset_for(_data_set(facts), "captions")
        configs[directory.resolve().name] = config
        try:
            history = read_history(directory)
            if not history:
                raise ValueError("no epoch")
        except (OSError, ValueError) as error:
            raise BadInput(
                f"{directory} has no history ({error}); expected a run that finished "
                "an epoch. Go on with it by --resume, or leave it out."
            ) from error
        found.append(
            Trained(
                directory.resolve().name,
                start,
                changes(before, config),
                best(history),
                history[-1].minutes,
            )
        )
    return found


def _data_set(facts) -> str:
    """Return the name of what a run learned from; its folder's, if it is gone."""
    from data_prep.prepared.dataset_info import DatasetInfo

    data = facts["captions"].data
    return DatasetInfo.load(data).name if data.is_dir() else data.name


def last_scores(directory: Path) -> tuple[float, float]:
    """Return the dev scores of a run's last epoch: of the weights themselves, and of
    their moving average.

    Raises:
        BadInput: the run has no checkpoint, or its data is not where it was.
    """
    from captioning.training.checkpoint import Checkpoint
    from captioning.training.loading import load_run
    from captioning.training.train_step import Objective, TrainStep

    run = load_run(directory, encoder=False)
    captions = run.task("captions")
    feed = captions.training_data(run.data["captions"])
    spec = feed.batches(0).element_spec
    steps = TrainStep(
        {"captions": Objective(captions.model, captions.loss, spec, captions.config, 1)}
    )
    Checkpoint(steps, directory).restore()
    plain = feed.dev_score()
    with steps.averaged_weights():
        return plain, feed.dev_score()


def changes(before, after) -> dict:
    """Return by name the knobs of one `Config` that differ from another's."""
    before, after = dataclasses.asdict(before), dataclasses.asdict(after)
    return {
        name: value
        for name, value in after.items()
        if value != before[name] and name not in _UNSAID
    }


def table(runs: list[Trained]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| run | starts with | what is new | dev CIDEr-D | minutes, of all |",
        "|---|---|---|---|---|",
    ]
    minutes: dict[str | None, float] = {None: 0.0}
    for run in runs:
        minutes[run.name] = minutes[run.start] + run.minutes
        knobs = ", ".join(f"{name} {value}" for name, value in run.knobs.items())
        lines.append(
            f"| {run.name} | {run.start or ''} | {knobs or 'nothing'} | {run.dev:.4f} "
            f"| {run.minutes:.0f}, {minutes[run.name]:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    exit_on_bad_input(main)
