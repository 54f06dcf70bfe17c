"""python -m benchmarks.ablation: what each change of a training gained, on dev.

One row a run: the run it started from, the hyperparameters that differ from that run
(or from the preset), the best dev score, and the minutes of training: its own, and
those of the whole chain of runs.
"""

from pathlib import Path
from typing import NamedTuple

from benchmarks.arguments import parser_of
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

# Hyperparameters that are not compared: random seed, duration, speed.
_NOT_COMPARED = ("seed", "epochs", "patience", "precision")


class Trained(NamedTuple):
    """One run's row.

    Attributes:
        name: of its folder.
        start: the name of the run it started from, or None.
        changes: the hyperparameters that differ from that run, by name.
        dev: the best dev score, whose weights were kept.
        minutes: of its own training, without dev evaluations.
    """

    name: str
    start: str | None
    changes: dict
    dev: float
    minutes: float


def main() -> int:
    parser = parser_of(
        "ablation", "A table of what runs changed and what it gained on dev.", "runs/*"
    )
    parser.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="runs of captions, each after the run it started from",
    )
    parser.add_argument(
        "--without-average",
        action="store_true",
        help="also score, on dev, the weights of each run's last epoch without their "
        "moving average",
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
    """Return a row for each run, in the same order.

    Raises:
        BadInput: one is no run of captions, or comes before the run it started from.
    """
    from captioning.tasks.registry import preset_for
    from captioning.training.history import best, read_history
    from captioning.training.run_config import load_facts, start_of

    configs, found = {}, []
    for directory in directories:
        facts = load_facts(directory)
        if "captions" not in facts:
            raise BadInput(
                f"{directory} learned {', '.join(facts)}; expected runs of captions: "
                "leave it out."
            )
        start = start_of(directory)
        start = start and start.name
        if start and start not in configs:
            raise BadInput(
                f"{directory} started from {start}, which was not named before it; "
                "expected the two in this order: name that run too."
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
                "an epoch: continue it with --resume, or leave it out."
            ) from error
        found.append(
            Trained(
                directory.resolve().name,
                start,
                changes(before, config),
                best(history)[0],
                history[-1].minutes,
            )
        )
    return found


def _data_set(facts) -> str:
    """Return the name of a run's data set; that of its folder if it is gone."""
    from data_prep.prepared.dataset_info import DatasetInfo

    data = facts["captions"].data
    return DatasetInfo.load(data).name if data.is_dir() else data.name


def last_scores(directory: Path) -> tuple[float, float]:
    """Return the dev scores of a run's last epoch, of the weights and of their moving
    average.

    Raises:
        BadInput: the run has no checkpoint, or its data set is gone.
    """
    from captioning.training.checkpoint import Checkpoint
    from captioning.training.loading import load_run
    from captioning.training.objective import Objective
    from captioning.training.train_step import TrainStep

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
    """Return the hyperparameters in which one config differs from another, by name."""
    return {
        name: after.get(name)
        for name in after.leaves()
        if after.get(name) != before.get(name) and name not in _NOT_COMPARED
    }


def table(runs: list[Trained]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| run | starts from | changes | dev CIDEr-D | minutes, of the chain |",
        "|---|---|---|---|---|",
    ]
    minutes: dict[str | None, float] = {None: 0.0}
    for run in runs:
        minutes[run.name] = minutes[run.start] + run.minutes
        changes = ", ".join(f"{name} {value}" for name, value in run.changes.items())
        lines.append(
            f"| {run.name} | {run.start or ''} | {changes or 'none'} | {run.dev:.4f} "
            f"| {run.minutes:.0f}, {minutes[run.name]:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    exit_on_bad_input(main)
