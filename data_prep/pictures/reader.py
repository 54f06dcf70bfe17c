"""Picture files from outside -> bytes that `pictures.decode` decodes, or a reason.

Files from outside may be anything: cut off, huge, another thing by the name of a
picture, or made to break a decoder. So this module only reads their bytes. Decoders
run in a child process (`data_prep.pictures.worker`) with limits on pixels, memory and
time, which is killed and started anew when a picture hangs or crashes it.

What comes out, and why both sides agree on it:

- A JPEG (8 bit, Huffman coded) comes out as it is, after a whole trial decode by
  Pillow. `pictures.decode` gets the same pixels from it as Pillow (CMYK: within one
  level) and itself turns it upright by its EXIF header.
- Everything else comes out as a PNG of 8 bit red, green and blue that Pillow wrote, so
  that no stranger's PNG, GIF or BMP reaches TensorFlow's decoders, which are stricter
  than Pillow in places and know less: the first frame or page, upright, transparency
  over white, 16 bits reduced to the upper 8. `pictures.decode` would read the same
  from the original PNG (but for an orientation in it). Colour profiles are not applied.

Formats go by content, never by name, and only those listed in the child are tried:
nothing that starts another program (EPS) is among them. Needs a POSIX system.
"""

import os
import stat
import struct
import subprocess
import sys
import threading
from pathlib import Path

from data_prep.errors import BadInput, printable
from data_prep.pictures.folders import why_unlistable

MAX_PIXELS = 2**27  # 134 million: telephones take up to 108 million unasked
SECONDS = 60.0  # 108 megapixels take 2 s as JPEG, 14 s as PNG, on a free core
MEMORY_BYTES = 2**31  # MAX_PIXELS times 4 bytes, three times over, and the file
MAX_FILE_BYTES = 2**28  # 256 MiB: a photo of 108 megapixels as PNG has about 200
_START_SECONDS = 120.0  # to import Pillow: 0.1 s unless the machine is swamped

# What both sides of the pipe must agree on.
LENGTH = struct.Struct(">Q")
OUT_OF_MEMORY = 3  # the child's exit status


class BadPicture(BadInput):
    """A file that cannot be used as a picture; the message is one sentence why."""


class PictureReader:
    """Reads picture files, decoding each one in a child process.

    A context manager; leaving it ends the child, which is started by the first file
    that needs it. Threads may share a reader but take turns: one reader, one child.
    For more speed give each thread its own.

    Args:
        max_pixels: width times height of the largest picture.
        seconds: the longest time for one picture, by the clock.
        memory_bytes: what decoding one may take, file included (Linux only).
    """

    def __init__(
        self,
        max_pixels: int = MAX_PIXELS,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ):
        self.max_pixels = max_pixels
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self._child: subprocess.Popen | None = None
        self._turn = threading.RLock()

    def __enter__(self) -> "PictureReader":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """End the child. Reading another file would start one again."""
        with self._turn:
            if self._child is not None:
                self._child.kill()  # it holds nothing that needs saving
                self._bury()

    def read(self, path: Path) -> bytes:
        """Read one file.

        Returns:
            An encoded picture, JPEG or PNG, which `pictures.decode.decode` reads.

        Raises:
            BadPicture: there is no such file, or it holds no picture that can be used.
            RuntimeError: the child does not even start.
        """
        name, data = printable(path), _read_file(path)
        with self._turn:
            letter, answer = self._ask(name, data)
        if letter == b"E":
            raise BadPicture(f"{name} {printable(answer.decode(errors='replace'))}")
        return answer if letter == b"P" else data

    def _ask(self, name, data):
        if self._child is not None and self._child.poll() is not None:
            self._bury()  # it died between two pictures; this one is not to blame
        if self._child is None:
            self._start()
        child = self._child
        alarm = _Alarm(self.seconds, child.kill)
        try:
            with alarm:
                child.stdin.write(LENGTH.pack(len(data)))
                child.stdin.write(data)
                child.stdin.flush()
                # No PNG of ours is longer; a child taken over by its picture may be.
                answer = _receive(child.stdout, 4 * self.max_pixels + 2**20)
        except (EOFError, BrokenPipeError):
            status = self._bury()
            raise BadPicture(f"{name} {self._obituary(alarm.rang, status)}") from None
        except BaseException:
            self.close()  # its answer would be taken for that to the next request
            raise
        if alarm.rang:  # just too late
            self.close()
        return answer

    def _obituary(self, was_too_slow, status):
        """Why the child died over a picture, a sentence without its subject."""
        if was_too_slow:
            return (
                f"takes longer than {self.seconds:g} s to decode; "
                "expected an ordinary picture: save it anew as JPEG or PNG."
            )
        if status == OUT_OF_MEMORY:
            mebibytes = self.memory_bytes // 2**20
            return (
                f"needs more than {mebibytes} MiB of memory to decode; "
                "expected an ordinary picture: save it anew in a smaller size."
            )
        return (
            f"makes the decoder crash (exit status {status}); "
            "expected a sound picture: save it anew as JPEG or PNG."
        )

    def _start(self):
        # The child finds this package wherever the parent was started, and looks for no
        # modules in the current folder (-P). No stream of the parent's is shared; what
        # decoders print is of no use to its user.
        root = str(Path(__file__).resolve().parents[2])
        search_path = os.pathsep.join(filter(None, [root, os.getenv("PYTHONPATH")]))
        limits = map(str, (self.max_pixels, self.memory_bytes, self.seconds))
        command = [
            sys.executable,
            "-P",
            "-W",
            "ignore",
            "-m",
            "data_prep.pictures.worker",
        ]
        self._child = subprocess.Popen(
            [*command, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": search_path},
            start_new_session=True,  # Ctrl-C is for the parent, which ends the child
        )
        try:
            with _Alarm(_START_SECONDS, self._child.kill):
                _receive(self._child.stdout, 0)
        except EOFError:
            status = self._bury()
            raise RuntimeError(
                f"the process that decodes pictures ends at its start (status {status})"
                "; to see why, run: python -c 'import data_prep.pictures.worker'."
            ) from None
        except BaseException:
            self.close()
            raise

    def _bury(self):
        """Wait for a dying child; return its exit status."""
        child, self._child = self._child, None
        try:
            status = child.wait(timeout=1)
        except subprocess.TimeoutExpired:  # it spoke nonsense and lives on
            child.kill()
            status = child.wait()
        child.stdout.close()
        try:
            child.stdin.close()
        except BrokenPipeError:  # the rest of a request that it did not live to read
            pass
        return status


class _Alarm:
    """Calls `action` when the block takes longer than `seconds`."""

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
        self._timer.join()  # so that it never rings for the next picture


def _receive(pipe, max_bytes):
    """One answer of the child; EOFError when it is dead or talks nonsense."""
    head = pipe.read(1 + LENGTH.size)
    if len(head) < 1 + LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head[1:])
    answer = pipe.read(length) if length <= max_bytes else b""
    if len(answer) < length:
        raise EOFError
    return head[:1], answer


def _why_no_folder(path):
    try:
        os.scandir(path).close()
    except OSError as error:  # why `find_pictures` names it as if it were a file
        return why_unlistable(path, error)
    return f"{printable(path)} is a folder; expected a picture file."


def _read_file(path):
    """The bytes of a regular file that is neither empty nor too large."""
    name = printable(path)
    try:
        # Looked at before it is opened: opening a FIFO waits for its other end.
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise BadPicture(_why_no_folder(path))
        if not stat.S_ISREG(mode):
            raise BadPicture(f"{name} is a device or pipe; expected a picture file.")
        with open(path, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise BadPicture(
            f"{name} does not exist; expected a picture file: check the path."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or error
        raise BadPicture(
            f"{name} cannot be read ({reason}); expected a readable picture file."
        ) from None
    if not data:
        raise BadPicture(f"{name} is an empty file; expected a picture.")
    if len(data) > MAX_FILE_BYTES:
        raise BadPicture(
            f"{name} is larger than {MAX_FILE_BYTES // 2**20} MiB; "
            "expected an ordinary picture: save it anew as JPEG."
        )
    return data
