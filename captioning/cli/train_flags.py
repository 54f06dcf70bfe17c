"""The flags of `python -m captioning.train`, and what they must be together."""

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from captioning import pretrained
from captioning.cli.arguments import Parser, add_task_flag
from captioning.cli.options import add_options, flag_of, options_elsewhere
from captioning.tasks.config import RecurrentConfig, TaskConfig
from captioning.tasks.registry import TASK_NAMES, config_class, preset, preset_for
from captioning.training.built_in_data import BUILT_IN
from captioning.training.run_files import check_is_run, task_names
from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import DatasetInfo

EXAMPLE = """examples:
  python -m captioning.train                      # the built-in harbour, some minutes
  python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
  python -m captioning.train --data data/flickr8k --run runs/flickr8k
  python -m captioning.train --run runs/flickr8k --resume      # after a stop
  python -m captioning.train --data data/mine --start-from flickr8k
  python -m captioning.train --run runs/mine --strategy multiworker   # docs/scale.md
  python -m captioning.train --task sentiment --help           # options of a task
  python -m captioning.train --task all                        # one cell, five heads
  python -m captioning.train --task all \\
      --data data/flickr8k --data data/sst2 --data data/multi30k \\
      --units 256 --embedding-dim 256 --translation.epochs 4
"""


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, tuple[str, ...]]:
    """Return the flags, and the tasks to train.

    Raises:
        BadInput: flags contradict each other, or name what is not there.
    """
    request = _request(argv)
    flags = _parser(request).parse_args(argv)
    _check(flags, request.tasks)
    return flags, request.tasks


def preset_of(name: str | None, task: str, data_set: str) -> TaskConfig:
    """Return where the options of a task start.

    Args:
        name: of a preset; that of the data set if not given.
        task: its name.
        data_set: the data set's name.

    Raises:
        BadInput: there is no preset of this name.
    """
    try:
        return preset(task, name) if name else preset_for(data_set, task)
    except ValueError as error:
        raise BadInput(str(error)) from error


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
    configs = {task: preset_of(chosen, task, _name_of(data, task)) for task in tasks}
    return _Request(tasks, configs)


def _name_of(data: Path | None, task: str) -> str:
    """Return the name of a prepared data set, or of the built-in one if None."""
    if data is None:
        return BUILT_IN.get(task, BUILT_IN["captions"])[0]
    try:
        return str(json.loads((data / "dataset.json").read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


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
        help="a data set made by data_prep.prepare (default: the built-in one, made "
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
    parser.add_argument(
        "--strategy",
        choices=("mirrored", "multiworker"),
        help="mirrored: all GPUs of this machine; multiworker: the processes that "
        "TF_CONFIG or SLURM names, each started with this command. A batch then has "
        "--batch-size rows for each of them",
    )
    parser.add_argument(
        "--worker-minutes",
        type=float,
        default=60.0,
        metavar="X",
        help="how long a worker waits for the others, also while the first one makes "
        "the cache (default: 60)",
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
    if flags.strategy == "multiworker" and not flags.run:
        raise BadInput(
            "--strategy multiworker needs --run, the one directory of all workers."
        )
    if not flags.worker_minutes > 0:
        raise BadInput(
            f"--worker-minutes is {flags.worker_minutes}; expected more than 0."
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
