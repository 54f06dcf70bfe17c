"""Atomic writing: a file or a folder appears at one stroke, once it is complete."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput


def write_text(path: Path, text: str) -> None:
    """Write a text file, all at once or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, all at once or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
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

    Whatever goes wrong before, `out` is as it was.

    Raises:
        BadInput: `out` is neither new nor empty nor of the kind, or cannot be written.
    """
    out = out.resolve()  # a link to a folder stays; its target is replaced
    _check_out(out, kind)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise BadInput(
            f"{partial} cannot be made ({error.strerror}); expected to write there: "
            "choose another --out."
        ) from error
    try:
        yield partial
        _check_out(out, kind)  # the block took its time
        _take_place(partial, out, kind)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # does nothing after the rename


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


def _take_place(partial, out, kind):
    if out.exists() and any(out.iterdir()):
        old = out.with_name(f"{partial.name}.old")
        try:
            os.rename(out, old)
            os.rename(partial, out)
        except BaseException:  # Ctrl-C, too
            if not out.exists():
                os.rename(old, out)
            raise
        for entry in old.iterdir():
            if not kind.files.fullmatch(entry.name):
                os.rename(entry, out / entry.name)
        shutil.rmtree(old)
    else:
        os.rename(partial, out)
