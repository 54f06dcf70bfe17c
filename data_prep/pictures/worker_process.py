"""The parent of the process that decodes pictures: it starts, asks and ends it.

`worker` is the program of that process, the child, and describes the messages. Needs a
POSIX system.
"""

import os
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path

_START_SECONDS = 120.0  # to import Pillow: 0.1 s, unless the machine is overloaded

# Shared with `pictures.worker`.
LENGTH = struct.Struct(">Q")
OUT_OF_MEMORY = 3  # exit status


class WorkerFailed(Exception):
    """The worker ended over a picture; the message is a sentence without subject."""


class _Killed(Exception):
    """The worker was killed, and not by us; the message is that of a crash."""


class WorkerProcess:
    """A process that decodes pictures; it is started when it is first needed.

    When a picture makes it hang or crash, it is ended, and the next picture starts a
    new one. When another kills it, as by hand or where memory is short, a new one is
    asked once more.

    Args:
        max_pixels: width times height of the largest picture.
        seconds: the longest time for one picture, by the clock.
        memory_bytes: for decoding one picture, file included (Linux only).
    """

    def __init__(self, max_pixels: int, seconds: float, memory_bytes: int):
        self.max_pixels = max_pixels
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self.child: subprocess.Popen | None = None

    def ask(self, data: bytes) -> tuple[bytes, bytes]:
        """Send the content of a file; return the letter and the bytes of the answer.

        Raises:
            WorkerFailed: the process crashed, or took too long or too much memory.
            RuntimeError: the process cannot be started.
        """
        try:
            return self._ask(data)
        except _Killed:
            try:
                return self._ask(data)
            except _Killed as killed:
                raise WorkerFailed(str(killed)) from None

    def _ask(self, data):
        if self.child is not None and self.child.poll() is not None:
            self._wait()  # it ended between two pictures, for another reason
        if self.child is None:
            self._start()
        child = self.child
        timer = _Timer(self.seconds, child.kill)
        try:
            with timer:
                child.stdin.write(LENGTH.pack(len(data)))
                child.stdin.write(data)
                child.stdin.flush()
                # No PNG of `sanitize` is longer. An answer that claims to be may come
                # from a process that a malicious picture controls.
                answer = _receive(child.stdout, 4 * self.max_pixels + 2**20)
        except (EOFError, BrokenPipeError):
            status = self._wait()
            failed = WorkerFailed
            if status == -signal.SIGKILL and not timer.rang:
                failed = _Killed
            raise failed(self._reason(timer.rang, status)) from None
        except BaseException:
            self.close()  # otherwise the next request would read this one's answer
            raise
        if timer.rang:  # the process was killed just after it answered
            self.close()
        return answer

    def close(self) -> None:
        """End the process."""
        if self.child is not None:
            self.child.kill()  # it has no state that needs saving
            self._wait()

    def _reason(self, was_too_slow, status):
        """Return why the process ended, a sentence without subject."""
        if was_too_slow:
            return (
                f"takes longer than {self.seconds:g} s to decode; "
                "expected an ordinary picture: save it again as JPEG or PNG."
            )
        if status == OUT_OF_MEMORY:
            mebibytes = self.memory_bytes // 2**20
            return (
                f"needs more than {mebibytes} MiB of memory to decode; "
                "expected an ordinary picture: save it again in a smaller size."
            )
        return (
            f"makes the decoder crash (exit status {status}); "
            "expected a sound picture: save it again as JPEG or PNG."
        )

    def _start(self):
        # The process finds this package from any current folder, and imports no
        # modules from there (-P). It shares no stream with the parent; the output of
        # decoders is of no use to users.
        root = str(Path(__file__).resolve().parents[2])
        search_path = os.pathsep.join(filter(None, [root, os.getenv("PYTHONPATH")]))
        limits = map(str, (self.max_pixels, self.memory_bytes, self.seconds))
        python = [sys.executable, "-P", "-W", "ignore"]
        self.child = subprocess.Popen(
            [*python, "-m", "data_prep.pictures.worker", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": search_path},
            start_new_session=True,  # Ctrl-C goes to the parent, which ends the worker
        )
        try:
            with _Timer(_START_SECONDS, self.child.kill):
                _receive(self.child.stdout, 0)
        except EOFError:
            status = self._wait()
            if status == -signal.SIGKILL:
                raise _Killed(
                    "cannot be decoded: the process that does it is killed as it "
                    "starts; expected it to be left alone. Try again."
                ) from None
            raise RuntimeError(
                f"the process that decodes pictures ends at its start (status {status})"
                "; to see why, run: python -c 'import data_prep.pictures.worker'."
            ) from None
        except BaseException:
            self.close()
            raise

    def _wait(self):
        """Wait for the end of the process; return its exit status."""
        child, self.child = self.child, None
        try:
            status = child.wait(timeout=1)
        except subprocess.TimeoutExpired:  # it sent an invalid answer and did not end
            child.kill()
            status = child.wait()
        child.stdout.close()
        try:
            child.stdin.close()
        except BrokenPipeError:  # it ended before it read the whole request
            pass
        return status


class _Timer:
    """Calls `action` if the block takes longer than `seconds`."""

    def __init__(self, seconds, action):
        self.rang = False
        self._action = action
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def _ring(self):
        self.rang = True
        self._action()

    def __enter__(self):
        self._timer.start()

    def __exit__(self, *exception):
        self._timer.cancel()
        self._timer.join()  # so that it cannot ring during the next picture


def _receive(pipe, max_bytes):
    """Return one answer; EOFError if the process has ended or the answer is invalid."""
    head = pipe.read(1 + LENGTH.size)
    if len(head) < 1 + LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head[1:])
    answer = pipe.read(length) if length <= max_bytes else b""
    if len(answer) < length:
        raise EOFError
    return head[:1], answer
