"""Captions as Parquet, a row a picture. Needs the package pyarrow."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from captioning.inference.result_text import fields_of
from captioning.inference.results import PictureResult

ROWS = 10_000  # of a group: what is in memory at once

SCHEMA = pa.schema(
    {
        "image": pa.string(),
        "captions": pa.list_(
            pa.struct(
                {
                    "caption": pa.string(),
                    "score": pa.float64(),
                    "confidence": pa.float64(),
                    "expected_cider_d": pa.float64(),
                }
            )
        ),
        "confidence": pa.float64(),
        "tags": pa.list_(pa.struct({"tag": pa.string(), "probability": pa.float64()})),
        "error": pa.string(),
    }
)


def write_parquet(
    path: Path, results: Iterable[PictureResult], shown: int | None = 1
) -> None:
    """Write results with the fields that `result_text.json_line` has, null where a line
    has none.

    Args:
        path: the file.
        results: of pictures.
        shown: captions of a picture, at most; None is all of them.
    """
    rows = (fields_of(result, shown) for result in results)
    with parquet.ParquetWriter(path, SCHEMA) as file:
        while group := list(islice(rows, ROWS)):
            file.write_table(pa.Table.from_pylist(group, SCHEMA))
