"""What the commands share: which run they are about."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from captioning import pretrained
from data_prep.errors import BadInput

# In the order of the lesson; written here, for --help must not wait for TensorFlow.
TASK_NAMES = ("captions", "sentiment", "translation", "associations", "tags")
SEARCHING = ("captions", "translation")  # the others have nothing to search


def positive(text: str) -> int:
    """Return a flag's value that must be an integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; expected 1 or more")
    return int(text)


NEWEST = "the newest under runs/"


def add_run_flag(parser: argparse.ArgumentParser, default: str = NEWEST) -> None:
    """Give the parser `--run`."""
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help=f"a run's directory (default: {default})",
    )


def add_task_flag(parser: argparse.ArgumentParser, help: str) -> None:
    """Give the parser `--task`."""
    parser.add_argument(
        "--task",
        choices=TASK_NAMES,
        default="captions",
        help=f"{help} (default: captions)",
    )
    # Its name of earlier versions.
    parser.add_argument(
        "--pattern", dest="task", choices=TASK_NAMES, help=argparse.SUPPRESS
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
    """Raise BadInput if a flag names no file that could be written: to be asked before
    the work whose result it is for.

    Args:
        flag: its name.
        path: its value.
        endings: of names, in lower case, where these say what is written.
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


def chosen_captioner(flags: argparse.Namespace) -> Path:
    """Return `--run`, or the captioner that comes with the project, and say so on
    stderr."""
    if flags.run:
        return flags.run
    say_pretrained()
    return pretrained.RUN


def say_pretrained() -> None:
    """Say on stderr that the captioner that comes with the project is used."""
    print(
        "using the captioner that comes with the project; --run takes one of yours",
        file=sys.stderr,
    )


def chosen_run(flags: argparse.Namespace, task: str) -> Path:
    """Return `--run`, or the newest run of a task, and say on stderr which.

    Raises:
        BadInput: no run was named and there is none.
    """
    if flags.run:
        return flags.run
    from captioning.training.run_directory import newest

    run = newest(task)
    print(f"using {run}, the newest run of {task}", file=sys.stderr)
    return run
