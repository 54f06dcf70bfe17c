"""Resumable arrays: long computations that go on after a stop where they were.

    NAME.PID.partial        an array with room for all rows
    NAME.PID.partial.json   what makes the rows, and how many are there already

Each process has its own files, for two trainings may make the same rows at once. The
files of a process that has ended are taken over by the next one that makes these rows.
"""

import contextlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from data_prep.atomic import write_text
from data_prep.errors import BadInput


class ResumableArray:
    """An array that is made row by row, in order, and becomes a file at the end.

    Args:
        file: the array file, ``.npy``, that `take_place` makes.
        made_by: what the rows depend on. Rows that were made by something else are
            deleted, not continued.

    Attributes:
        done: how many rows there are.
        rows: ``(images, ...)``, memory-mapped, or None before `reserve`.
    """

    def __init__(self, file: Path, made_by: Mapping):
        self.file, self._made_by = file, dict(made_by)
        self._path = file.with_name(f"{file.name}.{os.getpid()}.partial")
        self.rows, self.done = None, 0
        for left in sorted(file.parent.glob(f"{file.name}.*.partial")):
            if self.rows is None and not _is_in_use(left):
                self._take_over(left)

    def _take_over(self, left: Path) -> None:
        try:
            note = json.loads(_note(left).read_text("utf-8"))
            os.replace(left, self._path)  # of several processes one succeeds
            made_by, done = note["made_by"], int(note["done"])
            if made_by == self._made_by:
                self.rows = np.lib.format.open_memmap(self._path, mode="r+")
                self.done = done
        except (OSError, ValueError, KeyError, TypeError):
            pass  # there is nothing to go on with
        if self.rows is None:
            for file in (_note(left), left, self._path):
                file.unlink(missing_ok=True)
        else:
            # Moved, not written: the disk may be too full. Where another process has
            # deleted the note, the next `keep` writes it.
            with contextlib.suppress(FileNotFoundError):
                os.replace(_note(left), _note(self._path))

    def reserve(self, shape: tuple, dtype: str) -> None:
        """Make the array ``(images, ...)``, and reserve all its room on the disk.

        If the disk became full later, writing to mapped memory would kill the program.

        Raises:
            BadInput: there is no room.
        """
        try:
            self.rows = np.lib.format.open_memmap(
                self._path, mode="w+", dtype=dtype, shape=shape
            )
            if hasattr(os, "posix_fallocate"):
                with open(self._path, "r+b") as reserved:
                    size = self._path.stat().st_size
                    os.posix_fallocate(reserved.fileno(), 0, size)
        except OSError as error:
            size = math.prod(shape) * np.dtype(dtype).itemsize
            raise BadInput(
                f"{self.file} cannot be written ({error.strerror}); expected room for "
                f"{size / 1e6:,.0f} MB on the disk: free some."
            ) from error

    def add(self, block: np.ndarray) -> None:
        """Append rows ``(some, ...)``."""
        self.rows[self.done : self.done + len(block)] = block
        self.done += len(block)

    def keep(self) -> None:
        """Note how many rows there are: after a stop, the next process goes on here."""
        note = {"made_by": self._made_by, "done": self.done}
        self.rows.flush()
        write_text(_note(self._path), json.dumps(note))

    def take_place(self) -> np.ndarray:
        """Become the file, and return its rows, memory-mapped, read-only."""
        self.rows.flush()
        # Before the file has its name, under which another process may put its own.
        rows = np.load(self._path, mmap_mode="r")
        os.replace(self._path, self.file)
        _note(self._path).unlink(missing_ok=True)
        return rows

    def delete(self) -> None:
        """Delete what there is."""
        self._path.unlink(missing_ok=True)
        _note(self._path).unlink(missing_ok=True)


@contextlib.contextmanager
def kept_if_stopped(arrays: Sequence[ResumableArray]) -> Iterator[None]:
    """In this block, in which arrays are made, keep or delete them after an error.

    They are kept after a stop (Ctrl-C) and after an error of the system, such as a full
    disk, which may not occur again; after any other error, which would, they are
    deleted.

    Raises:
        BadInput: there was an error of the system.
    """
    try:
        yield
    except OSError as error:
        files = ", ".join(str(array.file) for array in arrays)
        raise BadInput(
            f"{files} cannot be made ({error}); expected room on the disk and "
            "files that can be read and written. What is made so far stays: mend "
            "that, and the same command goes on from there."
        ) from error
    except KeyboardInterrupt:
        for array in arrays:
            if array.done:
                array.keep()
        raise
    except Exception:
        for array in arrays:
            array.delete()
        raise


def _note(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.json")


def _is_in_use(partial: Path) -> bool:
    """Say whether the process that makes this still runs, or may."""
    owner = partial.name.split(".")[-2]
    if not owner.isdecimal() or os.name != "posix":
        return True
    if int(owner) == os.getpid():
        return False
    try:
        os.kill(int(owner), 0)  # asks, and sends nothing
    except OSError as error:  # of another kind, if it belongs to another user
        return not isinstance(error, ProcessLookupError)
    return True
