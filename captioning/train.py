"""python -m captioning.train: data sets -> a run. Without --data: the built-in ones."""

import dataclasses
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from captioning.cli import train_flags
from captioning.cli.callable_module import flags_of, make_callable
from captioning.cli.next_commands import how_to_go_on, next_commands
from captioning.cli.options import given_options, override_by_flags
from captioning.tasks.config import override
from captioning.training.built_in_data import BUILT_IN
from captioning.training.run_files import is_run
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import nothing_shown, say
from data_prep.errors import exit_on_bad_input


def train(data: str | Path | list | None = None, **options) -> Path:
    """Train as `python -m captioning.train` does, and return the run's directory.

    Args:
        data: a prepared data set, or several with ``task="all"``; the built-in one if
            not given.
        **options: the command's flags by name, such as ``epochs=10``,
            ``batch_size=64``, ``task="sentiment"``, ``run="runs/mine"`` or
            ``start_from="flickr8k"``; ``help=True`` prints all of them.

    Raises:
        BadInput: an option or the data set cannot be used (it is a `ValueError`).
    """
    return _train(flags_of(data=data, **options))


def main(argv: list[str] | None = None) -> int:
    _train(sys.argv[1:] if argv is None else argv)
    return 0


def _train(argv: list[str]) -> Path:
    flags, tasks = train_flags.parse(argv)
    say("loading TensorFlow ...")
    import_tensorflow()
    from captioning.training.cluster import workers_of

    workers = workers_of(flags.strategy, flags.worker_minutes)
    with nullcontext() if workers.is_chief else nothing_shown():
        directory = _train_with(flags, tasks, workers)
        workers.any(False)  # none ends, which the others would notice, before the chief
        return directory


def _train_with(flags, tasks: tuple[str, ...], workers) -> Path:
    from captioning.training import plans
    from captioning.training.seen_photos import warn_of_seen_photos

    if flags.resume and is_run(flags.run):
        own = {task: given_options(flags, task) for task in tasks}
        for options in own.values():
            if "batch_size" in options:
                options["batch_size"] *= workers.replicas
        chosen = plans.resumed(flags.run, flags.data or [], own)
        train_and_show(chosen, flags.run, workers, resume=True)
        return flags.run
    start = flags.start_from
    if start:
        sets = plans.data_of_run(start, tasks, flags.data or [])
    else:
        with workers.chief_first():  # it makes those that are built in
            sets = plans.data_sets(tasks, flags.data or [])
    of_start = plans.model_options(start, tasks) if start else {}
    chosen = {}
    for task in tasks:
        config = train_flags.preset_of(flags.preset, task, plans.name_of(sets[task]))
        config = override(config, **of_start.get(task, {}))
        config = override_by_flags(config, flags, task)
        rows = config.training.batch_size * workers.replicas
        config = override(config, batch_size=rows)
        chosen[task] = plans.Plan(config, sets[task])
    if len(chosen) > 1:
        chosen = _over_one_cell(chosen)
    if start:
        for data in set(sets.values()):
            warn_of_seen_photos(start, data)
    directory = flags.run or _new_directory(chosen)
    if workers.replicas > 1:
        say(_what_workers_share(chosen, workers.replicas))
    train_and_show(chosen, directory, workers, resume=flags.resume, start=start)
    return directory


def _over_one_cell(plans: Mapping):
    """Give all tasks the cell of the first."""
    shared = dataclasses.asdict(next(iter(plans.values())).config.recurrent)
    return {
        name: plan._replace(config=override(plan.config, **shared))
        for name, plan in plans.items()
    }


def _new_directory(plans: Mapping) -> Path:
    from captioning.training.plans import name_of

    task, first = next(iter(plans.items()))
    parts = [
        name_of(first.data),
        "all" if len(plans) > 1 else task,
        first.config.recurrent.cell,
        time.strftime("%Y%m%d-%H%M%S"),
    ]
    return Path("runs") / "-".join(parts)


def _what_workers_share(plans: Mapping, replicas: int) -> str:
    first = next(iter(plans.values())).config
    return (
        f"{replicas} devices share batches of {first.training.batch_size}, "
        f"{first.training.batch_size // replicas} each; the peak of the learning rate "
        f"stays {first.optimizer.learning_rate:g}"
    )


def train_and_show(
    plans: Mapping,
    directory: Path,
    workers,
    *,
    resume: bool,
    start: Path | None = None,
) -> None:
    """Train, then print scores and a few examples that were not trained on.

    Built-in data sets are shown on their test splits, for they can be made anew; real
    data on dev, so that test stays unseen until every choice is made.
    """
    from captioning.training import report, trainer
    from captioning.training.plans import name_of

    try:
        history = trainer.train(
            plans, directory, resume=resume, start=start, workers=workers
        )
    except KeyboardInterrupt:  # Ctrl-C, or SIGTERM
        say(how_to_go_on(directory))
        raise
    if not workers.is_chief:
        return
    built_in = {name for name, _ in BUILT_IN.values()}
    for name, plan in plans.items():
        split = "test" if name_of(plan.data) in built_in else "dev"
        print(report.show_run(directory, name, plan.data, split), end="\n\n")
    print(f"The run is {directory} ({_which_weights(history)}; see curves.png).")
    print("What to type next:")
    for line in next_commands(plans, directory):
        print(f"  {line}")


def _which_weights(history: Sequence) -> str:
    """Say which epoch's weights a finished run holds."""
    from captioning.training.history import best_epoch, passes

    kept = best_epoch(history).epoch
    if not kept:
        return (
            "no epoch was better than the start: the run's weights are those it "
            "started from"
        )
    return f"the weights of epoch {kept}, the best of {passes(history)} on dev"


make_callable(__name__, train)

if __name__ == "__main__":
    exit_on_bad_input(main)
