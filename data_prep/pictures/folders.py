"""Folders of pictures -> the files in them, in a fixed order."""

import functools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from data_prep.errors import BadInput, printable
from data_prep.pictures.places import Place, objects_under, place

# Endings of files that are no pictures, and often lie among pictures. A name with any
# other ending, or with none, may be a picture's: the reader looks at the content.
OTHER_FILES = frozenset(
    ".csv .tsv .txt .json .jsonl .xml .xmp .yaml .yml .toml .ini .log .db .sqlite .aae "
    ".md .html .htm .css .js .py .ipynb .sh .bat .pdf .doc .docx .xls .xlsx .ppt .pptx "
    ".odt .ods .odp .rtf .zip .gz .tar .7z .rar .mp4 .m4v .mov .avi .mkv .webm .mp3 "
    ".m4a .wav .flac .npy .npz .tfrecord .parquet .arrow .tflite .h5 .keras".split()
)


def find_pictures(
    paths: Iterable[Place], others: list[Place] | None = None
) -> Iterator[Place]:
    """Yield files, with folders replaced by the pictures in them.

    Args:
        paths: files, which are yielded as they are, even if they do not exist (the
            reader reports it), and folders; and addresses in stores, which are listed.
        others: gets the files in folders that are no pictures by their names
            (`OTHER_FILES`) and are passed over.

    Yields:
        Each file once, where it comes first. Of a folder every other file at any depth,
        sorted by name. Hidden files and folders are skipped, links to folders are not
        followed. A nested folder that cannot be listed, a link to nothing or in a
        circle, a pipe and a device are yielded too (the reader reports what is wrong
        with them).

    Raises:
        BadInput: one of the folders or stores given cannot be listed.
    """
    folder_of = functools.cache(os.path.realpath)
    yielded: set[tuple[str, str]] = set()
    passed_over: set[tuple[str, str]] = set()
    for file, may_be_picture in _files(paths):
        is_object = isinstance(file, str)
        key = ("", file) if is_object else (folder_of(file.parent), file.name)
        if key in yielded:
            continue
        if may_be_picture:
            yielded.add(key)
            yield file
        elif others is not None and key not in passed_over:
            passed_over.add(key)
            others.append(file)


def _files(paths):
    """Yield files, and whether each may be a picture by its name, or was named."""
    for path in map(place, paths):
        if isinstance(path, str):
            for address in objects_under(path):
                ending = PurePosixPath(address).suffix.lower()
                yield address, ending not in OTHER_FILES
            continue
        if not os.path.isdir(path):
            yield path, True
            continue
        try:
            entries = _entries(path)
        except OSError as error:
            raise BadInput(why_unlistable(path, error)) from error
        for file in _files_among(entries):
            yield file, file.suffix.lower() not in OTHER_FILES or os.path.isdir(file)


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
                found = [] if entry.is_dir() else [path]  # a link to a folder
        except OSError:  # go on with the others; the reader will report this one
            found = [path]
        yield from found


def why_unlistable(folder: Path, error: OSError) -> str:
    """Return the message that a folder cannot be listed."""
    return (
        f"{printable(folder)} is a folder that cannot be listed ({error.strerror}); "
        "expected a folder with pictures: check its permissions."
    )
