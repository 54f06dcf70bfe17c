"""Replacing a file or a data set at one stroke, once the new one is complete."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput

_OURS = re.compile(
    r"dataset\.json|vocabulary\.txt|(subwords|pieces)\.model"
    r"|(train|dev|test)(-\d{5,}\.tfrecord|\.jsonl)"
)


def write_text(path: Path, text: str) -> None:
    """Write a text file, all at once or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, all at once or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_bytes(data)
    os.replace(partial, path)


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Give a folder to write into; when the block succeeds it takes the place of out.

    A sibling, so that taking the place is a rename. Whatever goes wrong before, `out`
    is as it was.
    """
    out = out.resolve()  # a link to a folder stays; its target is replaced
    _check_out(out)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise BadInput(
            f"{partial} cannot be made ({error.strerror}); expected to write the data "
            "set there: choose another --out."
        ) from error
    try:
        yield partial
        _check_out(out)  # the block took its time
        _take_place(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # does nothing after the rename


def _check_out(out):
    """Refuse to replace anything but an empty folder or a data set of ours."""
    if os.path.ismount(out):
        raise BadInput(
            f"{out} is a mount point, which cannot be replaced; expected a folder: "
            f"choose one in it, such as {out / 'data'}."
        )
    try:
        if not os.path.lexists(out) or not any(out.iterdir()):
            return
        fields = json.loads((out / "dataset.json").read_bytes())
        ours = {"format", "splits", "standardisation", "vocabulary_size"} <= set(fields)
    except (OSError, ValueError, TypeError):
        ours = False
    if not ours:
        raise BadInput(
            f"{out} exists and is not a data set made by data_prep.prepare; expected a "
            "new or empty folder: choose another --out, or remove it yourself."
        )


def _take_place(partial, out):
    if out.exists() and any(out.iterdir()):
        old = out.with_name(f"{partial.name}.old")
        os.rename(out, old)
        try:
            os.rename(partial, out)
        except OSError:
            os.rename(old, out)
            raise
        # The cache in features/ notices by itself what it is still good for; any other
        # thing somebody put here is not ours to throw away.
        for entry in old.iterdir():
            if not _OURS.fullmatch(entry.name):
                os.rename(entry, out / entry.name)
        shutil.rmtree(old)
    else:
        os.rename(partial, out)
