"""python -m captioning.train: data sets -> a run. Without --data: the embedded ones."""

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from captioning import pretrained
from captioning.cli.arguments import Parser, add_task_flag
from captioning.cli.callable_module import flags_of, make_callable
from captioning.cli.next_commands import how_to_go_on, next_commands
from captioning.cli.options import (
    add_options,
    flag_of,
    given_options,
    options_elsewhere,
    override_by_flags,
)
from captioning.tasks.config import RecurrentConfig, TaskConfig, override
from captioning.tasks.registry import TASK_NAMES, config_class, preset, preset_for
from captioning.training.embedded_runs import EMBEDDED
from captioning.training.run_files import check_is_run, is_run, task_names
from data_prep.console import import_tensorflow, say
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.prepared.dataset_info import DatasetInfo

EXAMPLE = """examples:
  python -m captioning.train                      # the embedded harbour, five minutes
  python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
  python -m captioning.train --data data/flickr8k --run runs/flickr8k
  python -m captioning.train --run runs/flickr8k --resume      # after a stop
  python -m captioning.train --data data/mine --start-from flickr8k
  python -m captioning.train --task sentiment --help           # options of a task
  python -m captioning.train --task all                        # one cell, five heads
  python -m captioning.train --task all \\
      --data data/flickr8k --data data/sst2 --data data/multi30k \\
      --units 256 --embedding-dim 256 --translation.epochs 4
"""


def train(data: str | Path | list | None = None, **options) -> Path:
    """Train as `python -m captioning.train` does, and return the run's directory.

    Args:
        data: a prepared data set, or several with ``task="all"``; the embedded one if
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
    request = _request(argv)
    flags = _parser(request).parse_args(argv)
    _check(flags, request.tasks)
    import_tensorflow()
    from captioning.training import plans

    if flags.resume and is_run(flags.run):
        own = {task: given_options(flags, task) for task in request.tasks}
        chosen = plans.resumed(flags.run, flags.data or [], own)
        train_and_show(chosen, flags.run, resume=True)
        return flags.run
    start = flags.start_from
    if start:
        sets = plans.data_of_run(start, request.tasks, flags.data or [])
    else:
        sets = plans.data_sets(request.tasks, flags.data or [])
    of_start = plans.model_options(start, request.tasks) if start else {}
    chosen = {}
    for task in request.tasks:
        config = _preset(flags.preset, task, plans.name_of(sets[task]))
        config = override(config, **of_start.get(task, {}))
        config = override_by_flags(config, flags, task)
        chosen[task] = plans.Plan(config, sets[task])
    if len(chosen) > 1:
        chosen = _over_one_cell(chosen)
    directory = flags.run or _new_directory(chosen)
    train_and_show(chosen, directory, resume=flags.resume, start=start)
    return directory


class _Request(NamedTuple):
    """What decides which options there are: the tasks, and where the options start."""

    tasks: tuple[str, ...]
    configs: dict[str, TaskConfig]


def _request(argv: Sequence[str]) -> _Request:
    """Read ahead which task is meant, so that ``--help`` shows its options."""
    ahead = Parser(add_help=False)
    for flag in ("--task", "--pattern", "--preset", "--run", "--start-from"):
        ahead.add_argument(flag)
    ahead.add_argument("--data", action="append")
    ahead.add_argument("--resume", action="store_true")
    flags, _ = ahead.parse_known_args(argv)
    name = flags.task or flags.pattern
    started = flags.run if flags.resume and flags.run else flags.start_from
    tasks = (name,) if name in TASK_NAMES else ("captions",)
    if name == "all":
        tasks = TASK_NAMES
    elif not name and started:
        learned = task_names(pretrained.run_named(started))
        tasks = tuple(name for name in learned if name in TASK_NAMES) or tasks
    data = Path(flags.data[0]) if flags.data else None
    chosen = flags.preset if len(tasks) == 1 else None  # else refused, later
    configs = {task: _preset(chosen, task, _name_of(data, task)) for task in tasks}
    return _Request(tasks, configs)


def _name_of(data: Path | None, task: str) -> str:
    """Return the name of a prepared data set, or of the embedded one if None."""
    if data is None:
        return EMBEDDED.get(task, EMBEDDED["captions"])[0]
    try:
        return str(json.loads((data / "dataset.json").read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _preset(name: str | None, task: str, data_set: str) -> TaskConfig:
    try:
        return preset(task, name) if name else preset_for(data_set, task)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _parser(request: _Request) -> Parser:
    parser = Parser(
        prog="python -m captioning.train",
        description="Train a task, or all of them over one cell, keep the weights that "
        "are best on the dev split, and show what they do. The options below are those "
        f"of {'all tasks' if len(request.tasks) > 1 else request.tasks[0]}; --task "
        "NAME --help shows those of another task.",
        epilog=EXAMPLE,
        elsewhere=options_elsewhere(request.tasks),
    )
    add_task_flag(parser, "what to learn", choices=(*TASK_NAMES, "all"), default=None)
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
        metavar="NAME",
        help="where the options start (default: the preset of the data set)",
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="the run's directory (default: a new one under runs/)",
    )
    parser.add_argument(
        "--start-from",
        type=pretrained.run_named,
        metavar="RUN",
        help="start with the weights of this run: its sizes are taken over, and its "
        "embeddings of the words that the data set has too. flickr8k, if that is no "
        "path, is the captioner that comes with the project",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with --run after its last checkpoint; begin it if it has none",
    )
    parser.add_argument("--knob", action="append", help=argparse.SUPPRESS)
    add_options(parser, request.configs)
    return parser


def _check(flags: argparse.Namespace, tasks: Sequence[str]) -> None:
    """Refuse flags that do not go together, and read the older ``--knob``."""
    if flags.resume and not flags.run:
        raise BadInput("--resume needs --run, the directory of the run to go on with.")
    if flags.resume and not flags.run.exists() and not (flags.data or flags.task):
        raise BadInput(
            f"{flags.run} is not a run: there is nothing. Expected the directory of a "
            "training to go on with, or with --task or --data one to begin."
        )
    if flags.start_from:
        check_is_run(flags.start_from)
    for folder in flags.data or []:
        DatasetInfo.load(folder)  # a wrong path is told without TensorFlow, too
    if len(tasks) > 1 and flags.preset:
        raise BadInput(
            "--preset is about one task, and several are trained, each from its own; "
            "leave it out, and change options by their flags."
        )
    cell = [field.name for field in dataclasses.fields(RecurrentConfig)]
    for text in flags.knob or []:
        path, _, value = text.partition("=")
        task, _, name = path.partition(".")
        if task not in tasks or path not in vars(flags):
            raise BadInput(
                f"--knob got {text!r}; expected an option of one of several tasks, "
                "such as translation.epochs=4. Give --translation.epochs 4 instead."
            )
        setattr(flags, path, _value_of(task, name, value))
    if len(tasks) > 1:
        for task in tasks:
            for name in cell:
                if getattr(flags, f"{task}.{name}", None) is not None:
                    raise BadInput(
                        f"--{task}.{name.replace('_', '-')} was given, and the tasks "
                        f"share one cell; expected {flag_of(name)}, for all of them."
                    )


def _value_of(task: str, name: str, text: str):
    """Return the value of an option of --knob, of the option's type."""
    kind = config_class(task).leaves()[name].field.type
    if kind is bool:
        if text not in ("true", "false"):
            raise BadInput(f"{name} is {text!r}; expected true or false.")
        return text == "true"
    try:
        return kind(text)
    except ValueError as error:
        raise BadInput(
            f"{name} is {text!r}; expected a value of type {kind.__name__}."
        ) from error


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


def train_and_show(
    plans: Mapping, directory: Path, *, resume: bool, start: Path | None = None
) -> None:
    """Train, then print scores and a few examples that were not trained on.

    Embedded data sets are shown on their test splits, for they can be made anew; real
    data on dev, so that test stays unseen until every choice is made.
    """
    from captioning.training import report, trainer
    from captioning.training.plans import name_of

    try:
        history = trainer.train(plans, directory, resume=resume, start=start)
    except KeyboardInterrupt:  # Ctrl-C, or SIGTERM
        say(how_to_go_on(directory))
        raise
    embedded = {name for name, _ in EMBEDDED.values()}
    for name, plan in plans.items():
        split = "test" if name_of(plan.data) in embedded else "dev"
        print(report.show_run(directory, name, plan.data, split), end="\n\n")
    print(
        f"The run is {directory} (best of {history[-1].epoch} epochs by its dev score; "
        "curves.png). What to type next:"
    )
    for line in next_commands(plans, directory):
        print(f"  {line}")


make_callable(__name__, train)

if __name__ == "__main__":
    exit_on_bad_input(main)
