"""Parquet files and the Arrow files of 🤗 datasets, which need the package pyarrow.

The columns have the names of `caption_csv`; captions also `caption_0`, `caption_1`
and so on, one a column, or lists. A picture is a name, or the picture itself, as bytes
or as 🤗 datasets' ``{"bytes": ..., "path": ...}``. A column `split` may tell the split.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.caption_csv import CAPTION, IMAGE, columns_named

ENDINGS = (".parquet", ".arrow")
_NUMBERED = re.compile(r"(?i)captions?_?\d+")
_ROWS = 32  # a batch: pictures of some MB each


class Row(NamedTuple):
    """A picture, its captions and its split, as far as a table has them."""

    name: str
    picture: bytes | None  # None: it is a file of that name
    captions: list[str]
    split: str


def read_parquet(path: Path, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """Yield (name of a picture, one caption) of a table whose pictures are files.

    Raises:
        BadInput: it cannot be read, or it holds the pictures themselves.
        ModuleNotFoundError: pyarrow is not installed.
    """
    skipped.notes["captions"] = "read as Parquet"
    for row in read_rows(path):
        if row.picture is not None:
            raise BadInput(
                f"{path} holds the pictures themselves; expected their names: use the "
                "data set huggingface, with --source and the folder of this file."
            )
        for caption in row.captions:
            yield row.name, caption


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file that ends in one of `ENDINGS`; errors as of
    `read_parquet`."""
    import pyarrow

    try:
        for batch in _batches(path):
            names = batch.schema.names
            images, splits = (
                columns_named(names, IMAGE),
                columns_named(names, ["split"]),
            )
            captions = columns_named(names, CAPTION) or list(
                filter(_NUMBERED.fullmatch, names)
            )
            if len(images) != 1 or not captions:
                raise BadInput(
                    f"{path} has the columns {', '.join(names)[:200]}; expected "
                    f"one that is named {' or '.join(IMAGE)}, and one that is named "
                    f"{' or '.join(CAPTION)}: rename them."
                )
            columns = [*images, *captions, *splits[:1]]
            for row in batch.select(columns).to_pylist():
                name, picture = _picture(row[images[0]])
                texts = [text for key in captions for text in _texts(row[key])]
                split = str(row[splits[0]]) if splits else ""
                yield Row(name, picture, texts, split)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read as {path.suffix[1:].title()} ({error}); expected a "
            "whole file: get it again."
        ) from None


def _batches(path: Path) -> Iterator[Any]:
    import pyarrow
    import pyarrow.parquet

    if path.suffix.lower() == ".parquet":
        with pyarrow.parquet.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=_ROWS)
        return
    with pyarrow.memory_map(str(path)) as source:
        for batch in pyarrow.ipc.open_stream(source):
            for start in range(0, len(batch), _ROWS):
                yield batch.slice(start, _ROWS)


def _picture(value: Any) -> tuple[str, bytes | None]:
    """Return the name, "" if there is none, and the bytes if they are there."""
    if isinstance(value, dict):
        name, value = value.get("path"), value.get("bytes")
        return str(name or ""), value if isinstance(value, bytes) else None
    if isinstance(value, bytes):
        return "", value
    return str(value or ""), None


def _texts(value: Any) -> list[str]:
    return [str(text or "") for text in (value if isinstance(value, list) else [value])]
