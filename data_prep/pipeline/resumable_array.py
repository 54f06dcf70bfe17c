"""Half-made rows: what a process that was stopped leaves, and the next goes on with.

    NAME.PID.partial        an array with room for all rows
    NAME.PID.partial.json   what makes them, and how many are there already

Each process has its own: two trainings may well make the same rows at once. Those of
a process that is no more are taken over by the next one that needs them.
"""

import contextlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from data_prep.atomic import write_text
from data_prep.errors import BadInput


class ResumableArray:
    """The rows of one file, on their way.

    Args:
        file: an array file, ``.npy``, which `take_place` makes.
        made_by: what the rows depend on; others' are not gone on with.

    Attributes:
        done: how many rows there are.
        rows: ``(images, ...)``, memory-mapped, or None before `reserve`.
    """

    def __init__(self, file: Path, made_by: Mapping):
        self._file, self._made_by = file, dict(made_by)
        self._path = file.with_name(f"{file.name}.{os.getpid()}.partial")
        self.rows, self.done = None, 0
        for left in sorted(file.parent.glob(f"{file.name}.*.partial")):
            if self.rows is None and not _is_another_s(left):
                self._take_over(left)

    def _take_over(self, left: Path) -> None:
        try:
            note = json.loads(_note(left).read_text("utf-8"))
            os.replace(left, self._path)  # of several processes one can
            made_by, done = note["made_by"], int(note["done"])
            if made_by == self._made_by:
                self.rows = np.lib.format.open_memmap(self._path, mode="r+")
                self.done = done
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing to go on with
        if self.rows is None:
            for file in (_note(left), left, self._path):
                file.unlink(missing_ok=True)
        else:
            # Not written anew, for which the disk may be too full. Another process that
            # wanted these rows may have cleared the note away; the next `keep` comes.
            with contextlib.suppress(FileNotFoundError):
                os.replace(_note(left), _note(self._path))

    def reserve(self, shape: tuple, dtype: str) -> None:
        """Make the rows, with their whole room on the disk.

        Were the disk to be full later, writing to mapped memory would kill the program.

        Args:
            shape: ``(images, ...)``.
            dtype: of the rows.

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
                f"{self._file} cannot be written ({error.strerror}); expected room for "
                f"{size / 1e6:,.0f} MB on the disk: free some."
            ) from error

    def add(self, block: np.ndarray) -> None:
        """Append some rows ``(some, ...)``."""
        self.rows[self.done : self.done + len(block)] = block
        self.done += len(block)

    def keep(self) -> None:
        """Let whoever comes after a stop go on from here."""
        note = {"made_by": self._made_by, "done": self.done}
        self.rows.flush()
        write_text(_note(self._path), json.dumps(note))

    def take_place(self) -> None:
        """Become the file."""
        self.rows.flush()
        os.replace(self._path, self._file)
        _note(self._path).unlink(missing_ok=True)

    @contextlib.contextmanager
    def kept_if_stopped(self) -> Iterator[None]:
        """Within, a stop leaves what there is, and so does an error of the system, such
        as a full disk, for it passes; any other, which would come again, does not.

        Raises:
            BadInput: there was an error of the system.
        """
        try:
            yield
        except OSError as error:
            raise BadInput(
                f"{self._file} cannot be made ({error}); expected room on the disk and "
                "files that can be read and written. What is made so far stays: mend "
                "that, and the same command goes on from there."
            ) from error
        except Exception:
            self._path.unlink(missing_ok=True)
            _note(self._path).unlink(missing_ok=True)
            raise


def _note(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.json")


def _is_another_s(partial: Path) -> bool:
    """Say whether the process that makes this still runs, or may."""
    owner = partial.name.split(".")[-2]
    if not owner.isdecimal() or os.name != "posix":
        return True
    if int(owner) == os.getpid():
        return False
    try:
        os.kill(int(owner), 0)  # asks, and sends nothing
    except ProcessLookupError:
        return False
    except OSError:  # it runs, and is somebody else's
        return True
    return True
