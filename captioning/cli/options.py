"""The options of tasks as flags of the command line, built from their dataclasses."""

import argparse
import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from captioning.tasks.config import TaskConfig, override
from captioning.tasks.registry import TASK_NAMES, config_class
from data_prep.errors import BadInput

_METAVARS = {int: "N", float: "X", str: "NAME"}


def flag_of(name: str) -> str:
    """Return the flag of an option: "--batch-size" of "batch_size"."""
    return "--" + name.replace("_", "-")


def add_options(
    parser: argparse.ArgumentParser, configs: Mapping[str, TaskConfig]
) -> None:
    """Give a parser the options of one task, or of several that share a cell.

    A flag that is not used is None: it changes nothing.

    Args:
        parser: of a command.
        configs: by task, where the options start. Of several tasks, ``--help`` shows
            the options that all of them have; each option of a single task also has
            the flag ``--TASK.OPTION``.
    """
    first = next(iter(configs.values()))
    several = len(configs) > 1
    shared = set.intersection(*(set(config.leaves()) for config in configs.values()))
    added = set()
    for config in configs.values():
        for group in dataclasses.fields(config):
            section = parser
            if config is first:
                title = inspect.getdoc(group.type).splitlines()[0]
                section = parser.add_argument_group(title.rstrip("."))
            for field in dataclasses.fields(group.type):
                if field.name not in added:
                    hidden = several and field.name not in shared
                    default = None if several else config.get(field.name)
                    _add_flag(section, flag_of(field.name), field, default, hidden)
                    added.add(field.name)
    if several:
        for task, config in configs.items():
            for name, leaf in config.leaves().items():
                flag = f"--{task}.{name.replace('_', '-')}"
                _add_flag(parser, flag, leaf.field, None, hidden=True)


def _add_flag(section, flag: str, field, default, hidden: bool) -> None:
    help = field.metadata["help"]
    if field.metadata["choices"]:
        help = f"{' or '.join(field.metadata['choices'])}: {help}"
    if default is not None:
        shown = ("yes" if default else "no") if field.type is bool else default
        help = f"{help} (default: {shown})"
    how: dict[str, Any] = {"default": None}
    if field.type is bool:
        how["action"] = argparse.BooleanOptionalAction
    else:
        how |= {"type": field.type, "metavar": _METAVARS[field.type]}
    section.add_argument(flag, help=argparse.SUPPRESS if hidden else help, **how)


def options_elsewhere(tasks: Sequence[str]) -> dict[str, str]:
    """Return the flags of tasks other than these, and whose they are."""
    here = {name for task in tasks for name in config_class(task).leaves()}
    owners: dict[str, list[str]] = {}
    for task in TASK_NAMES:
        for name in config_class(task).leaves():
            if name not in here:
                owners.setdefault(name, []).append(task)
    return {
        flag_of(name): f"it belongs to {' and '.join(names)}, not {', '.join(tasks)}"
        for name, names in owners.items()
    }


def given_options(flags: argparse.Namespace, task: str) -> dict[str, Any]:
    """Return the options of a task that flags were given for, its own flags first."""
    found = {}
    for name in config_class(task).leaves():
        value = getattr(flags, f"{task}.{name}", None)
        if value is None:
            value = getattr(flags, name, None)
        if value is not None:
            found[name] = value
    if "encoder" in found:
        # `small` has no weights but those it learns; all others have ImageNet's.
        found.setdefault("train_encoder", found["encoder"] == "small")
    return found


def override_by_flags(
    config: TaskConfig, flags: argparse.Namespace, task: str
) -> TaskConfig:
    """Return a configuration with the options that flags were given for.

    Raises:
        BadInput: an option is out of its range.
    """
    try:
        return override(config, **given_options(flags, task))
    except ValueError as error:
        raise BadInput(str(error)) from error
