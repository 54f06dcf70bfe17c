"""Places of pictures: files, and objects in stores (s3://bucket/dog.jpg).

A store is opened by fsspec and the store's own package, each where it is installed.
"""

from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeAlias

from data_prep.errors import BadInput, printable

Place: TypeAlias = Path | str  # a file, or the address of an object in a store

# Scheme of an address -> the package by which fsspec opens it.
STORES = {
    "s3": "s3fs",
    "gs": "gcsfs",
    "hf": "huggingface_hub",
    "az": "adlfs",
    "abfs": "adlfs",
    "hdfs": "pyarrow",
}


def place(name: str | PathLike[str]) -> Place:
    """Return a name as the address of an object in a store if it is one, else as the
    path of a file."""
    text = fspath(name)
    return text if text.partition("://")[0] in STORES and "://" in text else Path(text)


def objects_under(address: str) -> Iterator[str]:
    """Yield the addresses of the objects at an address and below it, sorted.

    Raises:
        BadInput: the store cannot be opened or listed, or there is nothing.
    """
    files, path = _opened(address)
    try:
        found = sorted(files.find(path))
    except OSError as error:
        raise BadInput(
            f"{printable(address)} cannot be listed ({error}); expected objects of a "
            "store: check the address and your access to it."
        ) from error
    if not found:
        raise BadInput(
            f"there is nothing at {printable(address)}; expected objects of a store: "
            "check the address."
        )
    yield from map(files.unstrip_protocol, found)


def read_object(address: str, most: int) -> bytes:
    """Return an object's content, or its first `most` bytes.

    Raises:
        OSError: it cannot be read, in several tries where these may help.
        BadInput: the store cannot be opened.
    """
    files, path = _opened(address)
    with files.open(path, "rb") as file:
        return file.read(most)


def _opened(address: str) -> tuple[Any, str]:
    scheme = address.partition("://")[0]
    try:
        import fsspec

        return fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise BadInput(
            f"{printable(address)} is in a store, and the packages that open it are "
            f"not installed ({error}); install them: pip install fsspec "
            f"{STORES[scheme]}"
        ) from error
