"""The captions of a prepared data set, which lie beside its pictures.

DATA/{train,dev,test}.jsonl        one JSON object a picture, UTF-8, in the order of the
                                   pictures' records (`prepared.records`):

{"image_id": "1000.jpg", "captions": ["A dog .", "A brown dog runs ."]}
{"image_id": "train-000000.jpg", "captions": [...], "scene": "{...}"}      the harbour

image_id   unique: the picture's name in its data set
captions   as people wrote them, at least one
scene      JSON text of the harbour's scene; absent elsewhere

To read them takes neither TensorFlow nor the files of the pictures.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from data_prep.errors import BadInput
from data_prep.examples import RawExample
from data_prep.prepared.checksums import verify_vocabulary
from data_prep.prepared.dataset_info import FileInfo, load_split
from data_prep.prepared.json_lines import is_text, read_lines, write_lines


class SplitCaptions(NamedTuple):
    """What people wrote about each picture, in the order of the pictures' records."""

    image_ids: list[str]
    captions: list[tuple[str, ...]]
    scenes: list[str]  # semantic records as JSON; "" where there is none


def load_captions(directory: Path, split: str) -> SplitCaptions:
    """Read the captions of a split, once they are found whole; no picture is read.

    Raises:
        BadInput: the data set is of another kind or has no such split, or the file of
            the captions or of the vocabulary is missing, truncated or altered, or the
            captions are not those of the pictures.
    """
    info, facts = load_split(directory, split, "captions")
    verify_vocabulary(directory, info)
    rows = read_lines(directory, facts.captions, _is_row)
    if len(rows) != facts.examples:
        raise BadInput(
            f"{directory} has {facts.examples:,} pictures in {split} and captions of "
            f"{len(rows):,}; expected captions of each: prepare the data set again."
        )
    image_ids = [row["image_id"] for row in rows]
    if len(set(image_ids)) < len(rows):
        raise BadInput(
            f"{directory} has two pictures of one name in {split}; expected names that "
            "are unique: prepare the data set again."
        )
    return SplitCaptions(
        image_ids,
        [tuple(row["captions"]) for row in rows],
        [row.get("scene", "") for row in rows],
    )


def _is_row(row: dict[str, Any]) -> bool:
    captions = row["captions"]
    return (
        isinstance(captions, list)
        and len(captions) > 0
        and all(map(is_text, [row["image_id"], row.get("scene", ""), *captions]))
    )


def write_captions(
    examples: Iterable[RawExample], directory: Path, split: str
) -> FileInfo:
    """Write the captions of a split, of examples in the order of the pictures' records;
    BadInput if the disk is full."""
    rows = ((_fields(example), len(example.captions)) for example in examples)
    return write_lines(rows, Path(directory) / f"{split}.jsonl")


def _fields(example: RawExample) -> dict[str, object]:
    fields = {"image_id": example.image_id, "captions": example.captions}
    return fields | ({"scene": example.scene} if example.scene else {})
