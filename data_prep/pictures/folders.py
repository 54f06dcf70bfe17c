"""Folders of pictures -> the files in them, in an order that does not change."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_prep.errors import BadInput, printable


def find_pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """Name the files that are meant by files and folders.

    Args:
        paths: files, which come out as they are, even if nothing is there (the reader
            says so); and folders, which are walked.

    Yields:
        In a folder every regular file, however deep, sorted by name; hidden files and
        folders are skipped and links to folders are not followed. A folder below that
        cannot be listed, and a link in a circle, come out as well (the reader says what
        is wrong with them).

    Raises:
        BadInput: one of the folders given cannot be listed.
    """
    for path in map(Path, paths):
        if os.path.isdir(path):
            try:
                entries = _entries(path)
            except OSError as error:
                raise BadInput(why_unlistable(path, error)) from error
            yield from _files_among(entries)
        else:
            yield path


def _entries(folder):
    """What is in a folder, sorted, without the hidden; OSError if it says nothing."""
    with os.scandir(folder) as listing:
        seen = [entry for entry in listing if not entry.name.startswith(".")]
    return sorted(seen, key=lambda entry: entry.name)


def _files_among(entries):
    for entry in entries:
        path = Path(entry.path)
        try:
            if entry.is_dir(follow_symlinks=False):
                found = _files_among(_entries(path))
            else:
                found = [path] if entry.is_file() else []
        except OSError:  # the others shall not suffer; the reader will meet it again
            found = [path]
        yield from found


def why_unlistable(folder: Path, error: OSError) -> str:
    """Return the sentence that says so."""
    return (
        f"{printable(folder)} is a folder that cannot be listed ({error.strerror}); "
        "expected a folder with pictures: check its permissions."
    )
