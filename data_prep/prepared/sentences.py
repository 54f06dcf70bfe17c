"""A prepared data set of sentences on disk: what its lines are, written once, here.

DATA/dataset.json                  as for pictures, see `prepared.dataset_info`
DATA/vocabulary.txt                or subwords.model, see `data_prep.text.tokenizers`
DATA/{train,dev,test}.jsonl        one JSON object a line, UTF-8:

{"text": "a gorgeous film", "label": 1}      sentiment (and gap)
{"en": "A dog.", "de": "Ein Hund."}          translation: language -> sentence
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_prep.examples import Labelled, Parallel
from data_prep.prepared.checksums import verify_vocabulary
from data_prep.prepared.dataset_info import (
    DatasetInfo,
    FileInfo,
    check_kind,
    split_of,
)
from data_prep.prepared.json_lines import read_lines, write_lines


class LabelledTexts(NamedTuple):
    """A split of a sentiment data set.

    Attributes:
        texts: as people wrote them.
        labels: int32 ``(texts,)``, see `Labelled`.
    """

    texts: list[str]
    labels: np.ndarray


def write_sentences(
    examples: Iterable[Labelled] | Iterable[Parallel], directory: Path, split: str
) -> FileInfo:
    """Write a split; the file gets its name once it is complete.

    Args:
        examples: taken one by one, all of one kind.
        directory: exists.
        split: names the file.

    Raises:
        BadInput: the disk is full.
    """
    return write_lines(map(_line, examples), Path(directory) / f"{split}.jsonl")


def _line(example: Labelled | Parallel) -> tuple[dict[str, Any], int]:
    if isinstance(example, Parallel):
        return example.texts, len(example.texts)
    return {"text": example.text, "label": example.label}, 1


def load_labelled(
    directory: Path, split: str, kind: str = "sentiment"
) -> LabelledTexts:
    """Read a split of a sentiment data set, in its order, once it is found whole.

    Args:
        directory: a prepared data set.
        split: "train", "dev" or "test".
        kind: "sentiment" or "gap".

    Raises:
        BadInput: it is of another kind, or a file is missing, truncated or altered.
    """
    rows = _load(directory, split, kind)
    labels = np.array([row["label"] for row in rows], np.int32)
    return LabelledTexts([row["text"] for row in rows], labels)


def load_parallel(directory: Path, split: str) -> list[dict[str, str]]:
    """Read a split of a translation data set: of each example, language -> sentence.

    Raises:
        BadInput: it is of another kind, or a file is missing, truncated or altered.
    """
    return _load(directory, split, "translation")


def _load(directory, split, kind) -> list[dict[str, Any]]:
    info = DatasetInfo.load(directory)
    check_kind(directory, info, kind)
    files = split_of(info, split).shards
    verify_vocabulary(directory, info)
    return [row for facts in files for row in read_lines(directory, facts)]
