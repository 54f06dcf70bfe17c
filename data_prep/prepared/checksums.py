"""Checksums: whether the files of a prepared data set are those that were written.

Words are checked whenever words are read, which takes milliseconds. Pictures are
checked by size when they are opened, and by content when an encoder's outputs are made
of them (`pipeline.features`): a gigabyte takes a second.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import DatasetInfo, FileInfo, split_of


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(directory: Path, info: DatasetInfo, split: str) -> None:
    """Check that all files of a split are there, bit for bit, and the tokenizer.

    Raises:
        BadInput: a file is missing, truncated or altered; the message names it.
    """
    verify_shards(directory, info, split)
    if captions := split_of(info, split).captions:
        read_verified(directory, captions)
    verify_vocabulary(directory, info)


def verify_shards(directory: Path, info: DatasetInfo, split: str) -> None:
    """Check the files of a split's examples; see `verify`."""
    for shard in split_of(info, split).shards:
        check_size(directory, shard)
        _check_content(Path(directory) / shard.file, shard.sha256)


def verify_vocabulary(directory: Path, info: DatasetInfo) -> None:
    """Check the file of the tokenizer; see `verify`."""
    _check_inside(directory, info.vocabulary_file)
    _check_content(Path(directory) / info.vocabulary_file, info.vocabulary_sha256)


def read_verified(directory: Path, facts: FileInfo) -> bytes:
    """Return the content of a file that fits into memory; see `verify`."""
    check_size(directory, facts)
    path = Path(directory) / facts.file
    content = _or_bad_input(Path.read_bytes, path)
    _check_content(path, facts.sha256, hashlib.sha256(content).hexdigest())
    return content


def check_size(directory: Path, facts: FileInfo) -> None:
    """Raise BadInput unless the file is there with its size."""
    _check_inside(directory, facts.file)
    path = Path(directory) / facts.file
    size = _or_bad_input(Path.stat, path).st_size
    if size != facts.bytes:
        raise BadInput(
            f"{path} has {size} bytes; expected {facts.bytes}: prepare the data set "
            "again."
        )


def _check_inside(directory: Path, name: str) -> None:
    """Raise BadInput if a name leads to anything but a regular file in the folder, once
    it is there."""
    path = Path(directory) / name
    inside = path.resolve().is_relative_to(Path(directory).resolve())
    if path.exists() and not (inside and path.is_file()):
        raise BadInput(
            f"{path} is no file of the folder, but a pipe, a device, a folder or a "
            "link to elsewhere; expected the file as it was written: prepare the data "
            "set again."
        )


def _or_bad_input(read: Callable[[Path], Any], path: Path) -> Any:
    try:
        return read(path)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected the file as it was "
            "written: prepare the data set again."
        ) from error


def _check_content(path: Path, sha256: str, found: str = "") -> None:
    if (found or _or_bad_input(file_sha256, path)) != sha256:
        raise BadInput(
            f"{path} was altered after it was written (its sha256 is another); "
            "expected it untouched: prepare the data set again."
        )
