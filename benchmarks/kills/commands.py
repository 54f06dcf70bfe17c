"""Commands that run to their end, or until a signal; and the processes they leave."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput

PATIENCE = 60  # seconds within which a command ends after a signal
# How a command may end on a signal: by it, or with the shell's status of it.
_STATUSES = {
    number: (-number, 128 + number)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
}


class Ended(NamedTuple):
    """How a command that got a signal ended.

    Attributes:
        too_soon: it had ended before the signal.
        seconds: from the signal to the end.
        fault: what was wrong with its end, or "".
    """

    too_soon: bool
    seconds: float = 0.0
    fault: str = ""


def run(arguments: Sequence[str], temporary: Path | None = None) -> None:
    """Run a module as a command, to its end.

    Args:
        arguments: the module, and what it gets.
        temporary: the folder for temporary files; the system's if not given.

    Raises:
        BadInput: it failed.
    """
    with _started(arguments, temporary) as process:
        process.wait()
        told = _end_of(process)
    if process.returncode:
        raise BadInput(
            f"{_shown(arguments)} ended with status {process.returncode} "
            f"({told}); expected it to succeed: run it to see why."
        )


def stop(
    arguments: Sequence[str], temporary: Path, number: signal.Signals, after: float
) -> Ended:
    """Run a module as a command, and send it a signal after some seconds.

    Ctrl-C reaches all processes of a terminal, so SIGINT goes to all of the command;
    other signals go to it alone.
    """
    with _started(arguments, temporary) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if process.wait(after):
                raise BadInput(
                    f"{_shown(arguments)} ended with status {process.returncode} "
                    f"({_end_of(process)}); expected it to run until it gets a signal."
                )
            return Ended(too_soon=True)
        send = os.killpg if number == signal.SIGINT else os.kill
        send(process.pid, number)
        began = time.monotonic()
        try:
            status = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return Ended(False, PATIENCE, f"does not end on {number.name}")
        seconds, fault = time.monotonic() - began, ""
        if status not in (0, *_STATUSES[number]):  # 0: it was at its end
            fault = f"status {status} on {number.name}: {_end_of(process)}"
        return Ended(False, seconds, fault)


@contextlib.contextmanager
def _started(arguments, temporary) -> Iterator[subprocess.Popen]:
    environment = dict(os.environ)
    if temporary:
        temporary.mkdir(parents=True, exist_ok=True)
        environment["TMPDIR"] = str(temporary)
    # What runs in the background may ignore Ctrl-C, and hand that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
        )
        process.stderr = told
        signal.signal(signal.SIGINT, before)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def processes_left(temporary: Path, within: float = 5.0) -> list[int]:
    """Return the processes that have this folder for their temporary files, some
    seconds after the command that started them has ended."""
    last = time.monotonic() + within
    while (found := _processes(temporary)) and time.monotonic() < last:
        time.sleep(0.1)
    return found


def _processes(temporary: Path) -> list[int]:
    entry, found = os.fsencode(f"TMPDIR={temporary}"), []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is another user's
            if entry in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def _shown(arguments: Sequence[str]) -> str:
    return " ".join(["python -m", *arguments])


def _end_of(process: subprocess.Popen) -> str:
    process.stderr.seek(0)
    return process.stderr.read().decode(errors="replace").strip()[-300:]
