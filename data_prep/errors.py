"""`BadInput`: the input is at fault, not the program. And how a command ends on it.

Beside it, what its messages need: text made safe to print, commands as the user types
them, and the name of the extra that brings a package that is not installed.
"""

import contextlib
import io
import json
import os
import re
import signal
import sys
import zlib
from collections.abc import Callable
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Any, NoReturn
from zipfile import BadZipFile

CONSOLE_SCRIPT = "captioning"  # `captioning train` is `python -m captioning.train`
_MODULE = re.compile(r"python -m (?:captioning|data_prep)[. ](\w+)")
_JOINERS = "\u200c\u200d"  # of letters in some scripts, and of emoji: they are text

# What NumPy, HDF5, zip and LiteRT raise of files that are damaged, or something else.
DAMAGED = (
    *(OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError),
    *(NotImplementedError, OverflowError, MemoryError, SyntaxError, RuntimeError),
    *(BadZipFile, zlib.error),
    SystemError,  # of h5py, where an error comes while it visits a file
)


class BadInput(ValueError):
    """Something the user gave cannot be used.

    The message is one sentence a user can act on: what was found, what was expected,
    what to do. Commands print it on stderr and leave with exit status 2.
    """


class Terminated(KeyboardInterrupt):
    """The process got SIGTERM, which schedulers send: it ends as on Ctrl-C."""


def printable(text: object, longest: int | None = None) -> str:
    """Return text on one line, without characters that steer a terminal.

    Names and messages from outside go through here before they are shown. What is
    not printable is shown escaped, lone surrogates too, which stand for the bytes of a
    file name that is not UTF-8: so the result can always be printed and encoded. Of
    more than `longest` characters only so many are shown.
    """
    shown = str(text)
    if longest is not None and len(shown) > longest:
        shown = shown[:longest] + "..."
    return "".join(
        c if c.isprintable() or c in _JOINERS else ascii(c)[1:-1] for c in shown
    )


def printable_json(value: Any) -> str:
    """Return a value as one line of JSON, which says the same and steers no terminal:
    what is not printable is escaped as JSON escapes it."""
    line = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def as_typed(text: str) -> str:
    """Return text with our commands as the user typed the present one: ``python -m
    captioning.train`` becomes ``captioning train`` where the console script runs."""
    if Path(sys.argv[0]).name != CONSOLE_SCRIPT:
        return text
    return _MODULE.sub(rf"{CONSOLE_SCRIPT} \1", text)


# Packages that only some commands need -> the extra that brings them.
_EXTRAS = {
    "tensorflow": "train",
    "keras": "train",
    "nltk": "train",
    "tensorflow_text": "text",
    "sacrebleu": "text",
    "matplotlib": "plot",
    "sklearn": "bench",
    "pyarrow": "parquet",
    "fastapi": "serve",
    "fastapi_offline": "serve",
    "uvicorn": "serve",
    "python_multipart": "serve",
    "prometheus_client": "serve",
    "ray": "ray",
}


def with_extra(error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return the error, saying which extra brings the package if one of them does."""
    package = (error.name or "").partition(".")[0]
    if package not in _EXTRAS:
        return error
    return ModuleNotFoundError(
        f"this needs the package {package}, which is not installed; install it, in the "
        f'folder of the repository, with: pip install ".[{_EXTRAS[package]}]"',
        name=package,
    )


def exit_on_bad_input(main: Callable[[], int]) -> NoReturn:
    """Run a command and end the program with its exit status.

    `BadInput`, and a package of an extra that is not installed, are told on stderr
    without a stack trace, status 2. Ctrl-C ends with the shell's status 130, SIGTERM
    with 143, a closed pipe (``| head``) with 141. A standard output that is closed from
    the start (``>&-``) is bad input: nothing could be printed. What would go to a
    standard error that is closed goes nowhere. A disk that is full is told like bad
    input, status 2.
    """

    stopped: list[int] = []

    def stop(number, frame):
        stopped.append(number)
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)
    can_print = sys.stdout is not None
    _open_closed_streams()
    try:
        if not can_print:
            raise BadInput(
                "Standard output is closed; expected one that can be printed to. Send "
                "it to a file (> FILE), or to /dev/null."
            )
        status = _status_of(main)
        sys.stdout.flush()
    except BadInput as error:
        print(f"error: {as_typed(printable(error))}", file=sys.stderr)
        status = 2
    except ModuleNotFoundError as error:
        if (told := with_extra(error)) is error:
            raise
        print(f"error: {told}", file=sys.stderr)
        status = 2
    except Terminated:
        status = 143
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        _drop_stdout()
        status = 141
    except Exception as error:
        if stopped:  # as a package was imported, which made another error of it
            sys.exit(128 + stopped[0])
        if not _is_full(error):
            raise
        print(f"error: {_told_full(error)}", file=sys.stderr)
        _drop_stdout()
        status = 2
    sys.exit(status)


def _drop_stdout() -> None:
    """Send what was not printed nowhere: Python flushes stdout once more at its end,
    and would complain again."""
    with contextlib.suppress(io.UnsupportedOperation):  # a stream of memory
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# A disk, a quota or a limit on the size of files that is used up.
_FULL = {number: os.strerror(number) for number in (ENOSPC, EDQUOT, EFBIG)}
_NAMED = re.compile(r"(?:^|[ '])(/[^;',\n]+)")  # a path in the text of an error


def _is_full(error: Exception) -> bool:
    """Return whether an error says that a file has no room: Python's by its number,
    those of TensorFlow and HDF5 in their text."""
    by_number = isinstance(error, OSError) and error.errno in _FULL
    return by_number or any(text in str(error) for text in _FULL.values())


def _told_full(error: Exception) -> str:
    name = getattr(error, "filename", None)
    if not name and (named := _NAMED.search(str(error))):
        name = named[1]
    what = printable(name) if name else "A file, or standard output,"
    why = next((text for text in _FULL.values() if text in str(error)), str(error))
    return (
        f"{what} cannot be written ({why}); expected room for it. What was whole "
        "before is as it was. Free some, or choose another place, and give the command "
        "again."
    )


def _status_of(main: Callable[[], int]) -> int | str | None:
    try:
        return main()
    except SystemExit as end:  # of argparse, after --help
        return end.code


def _open_closed_streams() -> None:
    """Open /dev/null as the streams that Python found closed, and gave as None.

    Their numbers are taken then: no file that is opened later is printed into.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)  # None stays; what reads from it, checks that
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))
