"""python -m captioning.train: data sets -> a run. Without --data: the embedded ones."""

import argparse
import dataclasses
import sys
import time
from collections import defaultdict
from pathlib import Path

from captioning.cli.commands import TASK_NAMES
from captioning.training.embedded_runs import EMBEDDED
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

# What `captioning.read` calls what it does by a task.
READ_BY = {
    "sentiment": 'sentiment "..."',
    "translation": 'translate --to CODE "..."',
    "associations": "related WORD",
}
KNOBS_OF_THE_CELL = ("cell", "units", "embedding_dim")

EXAMPLE = """examples:
  python -m captioning.train                      # the embedded harbour, five minutes
  python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
  python -m captioning.train --data data/flickr8k --run runs/flickr8k
  python -m captioning.train --run runs/flickr8k --resume      # after a stop
  python -m captioning.train --start-from runs/flickr8k --fine-tune 2 --epochs 6
  python -m captioning.train --task sentiment               # the embedded moods
  python -m captioning.train --task all                     # one cell, five heads
  python -m captioning.train --task all \\
      --data data/flickr8k --data data/sst2 --data data/multi30k \\
      --units 256 --embedding-dim 256 --knob translation.epochs=4
"""


def main(argv: list[str] | None = None) -> int:
    from captioning.tasks import config, presets

    parser = argparse.ArgumentParser(
        prog="python -m captioning.train",
        description="Train a task, or all of them over one cell, keep the weights "
        "that are best on the dev split, and show what they do.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--task",
        choices=(*TASK_NAMES, "all"),
        help="what to learn (default: captions)",
    )
    parser.add_argument(  # its name of earlier versions
        "--pattern", dest="task", choices=(*TASK_NAMES, "all"), help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        metavar="DIR",
        help="a data set made by data_prep.prepare (default: the embedded one, made "
        "now); --task all takes several, one of each kind",
    )
    parser.add_argument(
        "--preset",
        choices=presets.PRESETS,
        help="where the knobs start (default: that of data set and task)",
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="the run's directory (default: a new one)",
    )
    parser.add_argument(
        "--start-from",
        type=Path,
        metavar="RUN",
        help="start with the words, weights and knobs of this run; the flags change "
        "them",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on from --run's last epoch"
    )
    parser.add_argument(
        "--knob",
        action="append",
        default=[],
        metavar="TASK.KNOB=VALUE",
        help="with --task all: a knob of one task; may be given more than once",
    )
    config.add_flags(parser)
    flags = parser.parse_args(argv)
    import_tensorflow()
    if flags.resume:
        plans, directory = _resumed(flags)
    elif flags.start_from:
        plans, directory = _started_from(flags)
    else:
        plans, directory = _new(flags)
    if flags.objective == "self_critical" and "captions" not in plans:
        raise BadInput(
            f"--objective self_critical is about captions, and {', '.join(plans)} was "
            "to be learned; leave it out."
        )
    train_and_show(plans, directory, resume=flags.resume, start=flags.start_from)
    return 0


def _new(flags):
    from captioning.training.datasets import data_sets
    from captioning.training.run_directory import Plan

    name = flags.task or "captions"
    tasks = TASK_NAMES if name == "all" else (name,)
    if name == "all" and flags.preset:
        raise BadInput(
            "--preset is about one task, --task all has each one's own; leave it "
            "out, and change knobs by their flags."
        )
    own = _own_knobs(flags.knob, tasks if name == "all" else ())
    sets = data_sets(tasks, flags.data or [])
    plans = {p: Plan(_knobs(p, sets[p], flags, own[p]), sets[p]) for p in tasks}
    if name == "all":
        plans = _over_one_cell(plans)
    return plans, flags.run or _new_directory(plans, name)


def _new_directory(plans, task: str) -> Path:
    first = next(iter(plans.values()))
    parts = _info(first.data).name, task, first.config.cell
    return Path("runs") / "-".join([*parts, time.strftime("%Y%m%d-%H%M%S")])


def _info(data: Path):
    from data_prep.prepared.dataset_info import DatasetInfo

    return DatasetInfo.load(data)


def _own_knobs(given: list[str], tasks) -> dict[str, dict]:
    """Return by task the knobs that it has for itself, from --knob."""
    from captioning.tasks.config import parse_knob

    found: dict[str, dict] = defaultdict(dict)
    for text in given:
        path, _, value = text.partition("=")
        task, _, knob = path.partition(".")
        if task not in tasks or knob in KNOBS_OF_THE_CELL:
            raise BadInput(
                f"--knob got {text!r}; expected a knob of one of the tasks of "
                "--task all, such as translation.epochs=4, and none of the cell's "
                f"({', '.join(KNOBS_OF_THE_CELL)}), which they share."
            )
        try:
            found[task][knob] = parse_knob(knob, value)
        except ValueError as error:
            raise BadInput(str(error)) from error
    return found


def _knobs(task: str, data: Path, flags, own: dict):
    from captioning.tasks import config, presets

    try:
        if flags.preset:
            start = presets.preset(flags.preset)
        else:
            start = presets.preset_for(_info(data).name, task)
        return config.from_flags(start, flags, own)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _over_one_cell(plans):
    """Give all tasks the cell of the first."""
    first = next(iter(plans.values())).config
    same = {name: getattr(first, name) for name in KNOBS_OF_THE_CELL}
    return {
        name: plan._replace(config=dataclasses.replace(plan.config, **same))
        for name, plan in plans.items()
    }


def _started_from(flags):
    from captioning.tasks import config
    from captioning.training import run_directory

    if flags.preset:
        raise BadInput(
            "--start-from takes the knobs of that run, --preset others; leave one out."
        )
    facts = run_directory.load_facts(flags.start_from)
    name = flags.task or (next(iter(facts)) if len(facts) == 1 else "all")
    tasks = tuple(facts) if name == "all" else (name,)
    for task in tasks:
        run_directory.check_has(flags.start_from, facts, task)
    own = _own_knobs(flags.knob, tasks if name == "all" else ())
    sets = _data_of(facts, tasks, flags.data or [])
    try:
        plans = {
            p: run_directory.Plan(
                config.from_flags(facts[p].config, flags, own[p]), sets[p]
            )
            for p in tasks
        }
    except ValueError as error:
        raise BadInput(str(error)) from error
    return plans, flags.run or _new_directory(plans, name)


def _resumed(flags):
    from captioning.tasks import config
    from captioning.training import run_directory

    if not flags.run:
        raise BadInput("--resume needs --run, the directory of the run to go on with.")
    facts = run_directory.load_facts(flags.run)
    other = flags.preset, flags.task, flags.knob, flags.start_from
    if any(other) or config.given(flags):
        raise BadInput(
            f"{flags.run} goes on with the tasks and knobs it was started with; "
            "other ones were given. Leave them out, or start a new run."
        )
    sets = _data_of(facts, tuple(facts), flags.data or [])
    plans = {
        name: run_directory.Plan(f.config, sets[name]) for name, f in facts.items()
    }
    return plans, flags.run


def _data_of(facts, tasks, given: list[Path]) -> dict[str, Path]:
    """Return each task's data set: of those given the one of its kind, else the one
    that the run learned from.

    Raises:
        BadInput: of those given one is of no use, or must not meet another.
    """
    from captioning.tasks.registry import TASKS
    from captioning.training.datasets import data_sets

    if not given:
        return {name: facts[name].data for name in tasks}
    kinds = {_info(data).kind for data in given}
    kept = {facts[name].data for name in tasks if TASKS[name].kind not in kinds}
    return data_sets(tasks, [*given, *sorted(kept)])


def train_and_show(
    plans, directory: Path, *, resume: bool, start: Path | None = None
) -> None:
    """Train, then print scores and a few examples never seen.

    Embedded data sets are shown on their test splits, for they can be made anew; real
    data on dev, so that test stays unseen until every choice is made.
    """
    from captioning.training import report
    from captioning.training.checkpoint import can_resume
    from captioning.training.trainer import train

    try:
        history = train(plans, directory, resume=resume, start=start)
    except KeyboardInterrupt:
        if can_resume(directory):
            command = f"python -m captioning.train --run {directory} --resume"
            print(f"stopped; go on by: {command}", file=sys.stderr)
        raise
    embedded = {name for name, _ in EMBEDDED.values()}
    for name, plan in plans.items():
        split = "test" if _info(plan.data).name in embedded else "dev"
        print(report.show_run(directory, name, plan.data, split), end="\n\n")
    print(
        f"The run is {directory} (best of {history[-1].epoch} epochs by its dev score; "
        "curves.png). What to type next:"
    )
    for line in _next_commands(plans, directory):
        print(f"  {line}")


def _next_commands(plans, directory: Path) -> list[str]:
    first = next(iter(plans))
    lines = []
    if "captions" in plans:
        lines.append(f"captioning.caption {directory}/samples --run {directory}")
    lines += [
        f"captioning.read {what} --run {directory}"
        for task, what in READ_BY.items()
        if task in plans
    ]
    lines += [
        f"captioning.evaluate --run {directory} --task {first} --split dev",
        f"captioning.export --run {directory} --out exported",
    ]
    return [f"python -m {line}" for line in lines]


if __name__ == "__main__":
    exit_on_bad_input(main)
