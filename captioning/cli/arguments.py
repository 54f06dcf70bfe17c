"""Arguments that several commands take, and checks of their values."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from captioning.tasks.registry import TASK_NAMES
from data_prep.arguments import Parser
from data_prep.errors import BadInput

__all__ = [
    "Parser",
    "add_candidates_flags",
    "add_rerank_flag",
    "add_run_flag",
    "add_task_flag",
    "check_file_to_write",
    "positive",
    "share",
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
        "captioning.evaluate --out writes",
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


def check_file_to_write(flag: str, path: Path, endings: Sequence[str] = ()) -> None:
    """Raise BadInput if a flag names no file that could be written. Call it before the
    work whose result goes there.

    Args:
        flag: its name.
        path: its value.
        endings: allowed endings of the name, in lower case, where they say what is
            written.
    """
    if endings and path.suffix.lower() not in endings:
        raise BadInput(
            f"{flag} is {path}; expected a file to write whose name ends in "
            f"{' or '.join(endings)}. Name another."
        )
    folder = path.absolute().parent
    writable = folder.is_dir() and os.access(folder, os.W_OK)
    if path.is_dir() or not writable:
        raise BadInput(
            f"{flag} is {path}, a folder or in one that does not exist or cannot be "
            "written; expected a file to write. Name another, or make the folder."
        )
