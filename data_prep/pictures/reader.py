"""Picture files from outside -> bytes that `pictures.decode` decodes, or a reason.

A file from outside may be cut off, huge, no picture at all, or made to attack a
decoder. So this process only reads its bytes. Decoders run in a worker process with
limits on pixels, memory and time, which is killed and started again when a picture
makes it hang or crash.

- A JPEG (8 bit, Huffman coded) is returned unchanged, after Pillow has decoded it
  completely. `pictures.decode` gets the same pixels from it (CMYK: within one level)
  and turns it upright by its EXIF header.
- Everything else is returned as a PNG that Pillow wrote (see `pictures.sanitize`): no
  PNG, GIF or BMP from outside reaches TensorFlow's decoders, which are stricter and
  support less. Colour profiles are not applied.
"""

import os
import stat
import threading
from pathlib import Path

from data_prep.errors import BadInput, printable
from data_prep.pictures.folders import why_unlistable
from data_prep.pictures.limits import (
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MEMORY_BYTES,
    SECONDS,
)
from data_prep.pictures.places import Place, read_object
from data_prep.pictures.worker_process import WorkerFailed, WorkerProcess


class BadPicture(BadInput):
    """A file that cannot be used as a picture; the message is one sentence why."""


class PictureReader:
    """Reads picture files, decoding each one in a `WorkerProcess` with these limits.

    A context manager; leaving it ends the worker, which is started by the first file.
    Threads can share a reader, but only one reads at a time: for more speed give each
    thread its own.
    """

    def __init__(
        self,
        max_pixels: int = MAX_PIXELS,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ):
        self._worker = WorkerProcess(max_pixels, seconds, memory_bytes)
        self._lock = threading.RLock()

    def __enter__(self) -> "PictureReader":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """End the worker. Reading another file starts a new one."""
        with self._lock:
            self._worker.close()

    def read(self, path: Place) -> bytes:
        """Return a file as JPEG or PNG for `pictures.decode.decode_picture`.

        Raises:
            BadPicture: there is no such file, or it holds no usable picture.
            RuntimeError: the worker cannot be started.
        """
        return self.read_bytes(content_of(path), printable(path))

    def read_bytes(self, data: bytes, name: str) -> bytes:
        """Return an encoded picture as JPEG or PNG, as `read` does.

        Args:
            data: a whole picture file, of any kind that is read.
            name: what it is called in messages.

        Raises:
            BadPicture: it is no usable picture.
            RuntimeError: the worker cannot be started.
        """
        try:
            with self._lock:
                letter, answer = self._worker.ask(data)
        except WorkerFailed as reason:
            raise BadPicture(f"{name} {reason}") from None
        if letter == b"E":
            raise BadPicture(f"{name} {printable(answer.decode(errors='replace'))}")
        return answer if letter == b"P" else data


def content_of(path: Place) -> bytes:
    """Return the bytes of a file, or of an object in a store, that is neither empty nor
    too large.

    Raises:
        BadPicture: it is, or it cannot be read.
        BadInput: a store cannot be opened, or does not answer.
    """
    name = printable(path)
    data = _of_object(path) if isinstance(path, str) else _of_file(path)
    if not data:
        raise BadPicture(f"{name} is an empty file; expected a picture.")
    if len(data) > MAX_FILE_BYTES:
        raise BadPicture(
            f"{name} is larger than {MAX_FILE_BYTES // 2**20} MiB; "
            "expected an ordinary picture: save it again as JPEG."
        )
    return data


def _of_object(address: str) -> bytes:
    try:
        return read_object(address, MAX_FILE_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise BadPicture(
            f"{printable(address)} cannot be read ({printable(error)}); expected a "
            "picture: check the address, and that you may read it."
        ) from None
    except OSError as error:
        raise BadInput(
            f"{printable(address)} cannot be read ({printable(error)}); expected the "
            "store to answer: check the network, and give the command again."
        ) from error


def _of_file(path: Path) -> bytes:
    name = printable(path)
    try:
        # Checked before it is opened: opening a FIFO waits for a writer.
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise BadPicture(_about_folder(path))
        if not stat.S_ISREG(mode):
            raise BadPicture(f"{name} is a device or pipe; expected a picture file.")
        with open(path, "rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        link = "is a link to what " * os.path.islink(path)
        raise BadPicture(
            f"{name} {link}does not exist; expected a picture file: check the path."
        ) from None
    except BadPicture:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or error
        raise BadPicture(
            f"{name} cannot be read ({reason}); expected a readable picture file."
        ) from None


def _about_folder(path):
    try:
        os.scandir(path).close()
    except OSError as error:  # `find_pictures` yields folders that cannot be listed
        return why_unlistable(path, error)
    return f"{printable(path)} is a folder; expected a picture file."
