"""Files of ours: they appear at one stroke, once complete, and are read as a whole."""

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput


def check_file_to_write(
    name: str, path: Path, endings: Sequence[str] = (), unless: str = ""
) -> None:
    """Raise BadInput if no file can be written at a path. Call it before the work whose
    result goes there.

    Args:
        name: what a user calls it: a flag or an argument.
        path: its value.
        endings: allowed endings of the name, in lower case, where they say what is
            written.
        unless: what a user gives to replace a file; "" if that needs no asking.
    """
    if endings and path.suffix.lower() not in endings:
        raise BadInput(
            f"{name} is {path}; expected a file to write whose name ends in "
            f"{' or '.join(endings)}. Name another."
        )
    folder = path.absolute().parent
    writable = folder.is_dir() and os.access(folder, os.W_OK)
    if path.is_dir() or not writable:
        raise BadInput(
            f"{name} is {path}, a folder or in one that does not exist or cannot be "
            "written; expected a file to write. Name another, or make the folder."
        )
    if unless:
        check_not_there(name, path, unless)


def check_not_there(name: str, path: Path, unless: str) -> None:
    """Raise BadInput if a path exists, but for an empty folder.

    Args:
        name: what a user calls it: a flag or an argument.
        path: its value.
        unless: what a user gives to replace what is there.
    """
    if not os.path.exists(path) or _is_empty_folder(path):
        return
    raise BadInput(
        f"{path} exists; expected a new {'folder' if path.is_dir() else 'file'}: name "
        f"another with {name}, or give {unless} to replace it."
    )


def _is_empty_folder(path: Path) -> bool:
    try:
        return not os.listdir(path)
    except OSError:  # a file, or a folder that cannot be listed
        return False


def read_whole(path: Path, most: int = 2**26) -> bytes:
    """Return the content of a regular file.

    Args:
        path: of the file.
        most: bytes that it may have; 64 MiB hold the words of any language, and the
            description of any data set.

    Raises:
        OSError: it cannot be read, is a folder, pipe or device, or is larger. A pipe
            is not waited for.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return content


def write_text(path: Path, text: str) -> None:
    """Write a text file, all at once or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, all at once or not at all; an OSError names it."""
    with whole_file(path) as partial:
        partial.write_bytes(data)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write a file to, which takes its place if the block succeeds; an
    OSError in the block names the file."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        os.replace(partial, path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)  # is no more after the rename


class Kind(NamedTuple):
    """A kind of folder that a new one of it may replace.

    ``holds`` says whether a folder is of this kind; it may raise OSError or ValueError
    of one that is not. What is not among the ``files`` was put there by a user, and is
    kept.
    """

    name: str  # with its article
    holds: Callable[[Path], bool]
    files: re.Pattern[str]  # the names that go with the old folder


def marked(name: str, mark: str) -> Kind:
    """Return the kind of folders that have a file named `mark`, and go as a whole."""
    return Kind(name, lambda folder: (folder / mark).is_file(), re.compile(".*", re.S))


def _is_data_set(folder):
    fields = json.loads((folder / "dataset.json").read_bytes())
    known = {"format", "splits", "standardisation", "vocabulary_size"}
    return isinstance(fields, dict) and known <= set(fields)


# The cache in features/ stays, and notices by itself what it is still good for.
DATA_SET = Kind(
    "a data set made by data_prep.prepare",
    _is_data_set,
    re.compile(
        r"dataset\.json|vocabulary\.txt|(subwords|pieces)\.model"
        r"|(train|dev|test)(-\d{5,}\.tfrecord|\.jsonl)"
    ),
)


@contextlib.contextmanager
def replacing(out: Path, kind: Kind = DATA_SET) -> Iterator[Path]:
    """Give a folder, a sibling, which takes the place of `out` if the block succeeds.

    Where the block fails, `out` is as it was. What a process that was killed left is
    removed; and if it was killed as the folder took its place, the old one is put
    back first.

    Raises:
        BadInput: `out` is neither new nor empty nor of the kind, or cannot be written,
            or another process is writing it.
    """
    out = out.resolve()  # a link to a folder stays; its target is replaced
    with room_beside(out) as partial:
        _finish_killed(out, kind)
        _check_out(out, kind)
        yield partial
        _check_out(out, kind)  # the block took its time
        _take_place(partial, out, kind)


@contextlib.contextmanager
def room_beside(out: Path) -> Iterator[Path]:
    """Give an empty folder, a sibling of `out`, which is removed in the end. What a
    process that was killed left in it is removed first.

    Raises:
        BadInput: another process is writing `out`, or the folder cannot be made.
    """
    room = out.with_name(f".{out.name}.partial")
    with only_writer(room, out):
        for entry in room.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)  # does nothing after a rename


@contextlib.contextmanager
def only_writer(folder: Path, of: Path | None = None) -> Iterator[None]:
    """Within, this process is the only one that writes into a folder. It is made if it
    is not there, and removed if it stays empty.

    The lock is on the folder itself, and ends with the process, also if it is killed.
    Reading needs no lock.

    Args:
        folder: to write into.
        of: what a user calls it; the folder if not given.

    Raises:
        BadInput: another process holds it, or it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(
            f"{folder} is a file; expected a folder to write into: choose another."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise BadInput(
            f"{folder} cannot be made ({error.strerror}); expected to write there: "
            "choose another folder."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"{of or folder} is being written by another process; expected to be "
                "the only one: wait until it ends, or choose another folder."
            ) from None
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # it is gone, or holds something
                folder.rmdir()
    finally:
        os.close(handle)


def _check_out(out, kind):
    """Refuse to replace anything but an empty folder or one of ours."""
    if os.path.ismount(out):
        raise BadInput(
            f"{out} is a mount point, which cannot be replaced; expected a folder: "
            f"choose one in it, such as {out / 'new'}."
        )
    try:
        if not os.path.lexists(out) or not any(out.iterdir()) or kind.holds(out):
            return
    except (OSError, ValueError):
        pass  # a file, or a folder of something else
    raise BadInput(
        f"{out} exists and is not {kind.name}; expected a new or empty folder: choose "
        "another --out, or remove it yourself."
    )


def _old(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")


def _finish_killed(out: Path, kind: Kind) -> None:
    """Put the old folder back, if a process was killed before the new one took its
    place; or what belongs to a user into the new one, if it was killed after that."""
    if _old(out).is_dir():
        if os.path.lexists(out):
            _move_rest(out, kind)
        else:
            os.rename(_old(out), out)


def _move_rest(out: Path, kind: Kind) -> None:
    """Move what is not ours from the old folder into the new one; remove the old."""
    for entry in _old(out).iterdir():
        if not kind.files.fullmatch(entry.name):
            os.rename(entry, out / entry.name)
    shutil.rmtree(_old(out))


def _take_place(partial, out, kind):
    if out.exists() and any(out.iterdir()):
        old = _old(out)
        try:
            os.rename(out, old)
            os.rename(partial, out)
        except BaseException:  # Ctrl-C, too
            if not out.exists():
                os.rename(old, out)
            raise
        _move_rest(out, kind)
    else:
        os.rename(partial, out)
