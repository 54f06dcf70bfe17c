"""Arguments that several commands take, and checks of their values."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from captioning.tasks.registry import TASK_NAMES
from data_prep.atomic import check_file_to_write, check_not_there
from data_prep.cli.parser import Parser
from data_prep.errors import BadInput

__all__ = [
    "Parser",
    "add_candidates_flags",
    "add_force_flag",
    "add_rerank_flag",
    "add_trust_flag",
    "add_run_flag",
    "add_task_flag",
    "check_apart",
    "check_file_to_write",
    "check_new",
    "positive",
    "share",
    "spelled",
]

NEWEST = "the newest under runs/"


def positive(text: str) -> int:
    """Return a flag's value that must be an integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; expected 1 or more")
    return int(text)


def share(text: str) -> float:
    """Return a flag's value that must be a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; expected 0 to 1")
    return value


def add_run_flag(parser: argparse.ArgumentParser, default: str = NEWEST) -> None:
    """Give the parser `--run`."""
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help=f"a run's directory (default: {default})",
    )


def add_task_flag(
    parser: argparse.ArgumentParser,
    help: str,
    *,
    choices: Sequence[str] = TASK_NAMES,
    default: str | None = "captions",
) -> None:
    """Give the parser `--task`, which an earlier version called `--pattern`."""
    parser.add_argument(
        "--task",
        choices=choices,
        default=default,
        help=f"{help} (default: captions)",
    )
    parser.add_argument(
        "--pattern", dest="task", choices=choices, help=argparse.SUPPRESS
    )


def add_rerank_flag(parser: argparse.ArgumentParser) -> None:
    """Give the parser `--no-rerank`."""
    parser.add_argument(
        "--rerank",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="search for more captions, and order them by the CIDEr-D that they may be "
        "expected to have, if the captioner has a reranker (default). --no-rerank "
        "orders fewer by their probability, and is faster",
    )


def add_trust_flag(parser: argparse.ArgumentParser) -> None:
    """Give the parser `--trust-model`."""
    parser.add_argument(
        "--trust-model",
        action="store_true",
        help="load a SavedModel that can do more than compute, such as read files, as "
        "a program of people whom you trust (default: it is refused)",
    )


def add_candidates_flags(
    parser: argparse.ArgumentParser, *, required: bool = True
) -> None:
    """Give the parser what scores a file of captions: `--captions`, `--data` and
    `--split`.

    Args:
        parser: of a command.
        required: False where a run may be scored instead, on its own data set.
    """
    parser.add_argument(
        "--captions",
        type=Path,
        required=required,
        metavar="FILE",
        help='score these: a JSON list of {"image", "caption"}, which '
        "captioning.evaluate --out writes, or the .csv file of captioning.caption "
        "--out",
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=required,
        metavar="DIR",
        help="a prepared data set" + ("" if required else " (default: the run's)"),
    )
    parser.add_argument(
        "--split",
        choices=("train", "dev", "test"),
        default="dev",
        help="(default: dev; make all choices there and look at test once)",
    )


def add_force_flag(parser: argparse.ArgumentParser, what: str) -> None:
    """Give the parser `--force`, for `check_new`.

    Args:
        parser: of a command.
        what: it replaces, as in "the file of --out".
    """
    parser.add_argument(
        "--force", action="store_true", help=f"replace {what}, if it exists"
    )


def check_new(flag: str, path: Path | None, force: bool) -> None:
    """Raise BadInput if a flag names what exists already, but for an empty folder, and
    `--force` was not given; or if `--force` was given without the flag. Call it before
    the work whose result goes there.

    Args:
        flag: its name.
        path: its value, if it was given.
        force: whether `--force` was given.
    """
    if path is None:
        if force:
            raise BadInput(f"--force goes with {flag}; add it, or leave --force out.")
        return
    if not force:
        check_not_there(flag, path, "--force")


def check_apart(flags: argparse.Namespace, pairs: Iterable[tuple[str, str]]) -> None:
    """Raise BadInput if both flags of a pair were given.

    Args:
        flags: of a command.
        pairs: names of flags that do not go together; "paths" is PATH.
    """
    given = {name for name, value in vars(flags).items() if value}
    for first, second in pairs:
        if {first, second} <= given:
            raise BadInput(
                f"{spelled(first)} and {spelled(second)} do not go together; leave one "
                "of them out, or run the command twice."
            )


def spelled(name: str) -> str:
    """Return a flag as a user writes it."""
    return "PATH" if name == "paths" else f"--{name.replace('_', '-')}"
