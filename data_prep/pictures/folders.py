"""Folders of pictures -> the files in them, in a fixed order."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_prep.errors import BadInput, printable


def find_pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files as they are, and of folders the files in them.

    Of a folder that is every regular file at any depth, sorted by name. Hidden files
    and folders are skipped, links to folders are not followed. A nested folder that
    cannot be listed, a link in a circle, or a given file that does not exist is yielded
    too: the reader reports what is wrong with it.

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
    """Return the entries of a folder, sorted, without hidden ones; or raise OSError."""
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
        except OSError:  # go on with the others; the reader will report this one
            found = [path]
        yield from found


def why_unlistable(folder: Path, error: OSError) -> str:
    """Return the message that a folder cannot be listed."""
    return (
        f"{printable(folder)} is a folder that cannot be listed ({error.strerror}); "
        "expected a folder with pictures: check its permissions."
    )
