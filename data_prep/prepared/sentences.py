"""A prepared data set of sentences on disk: what its lines are, written once, here.

DATA/dataset.json                  as for pictures, see `prepared.dataset_info`
DATA/vocabulary.txt                or subwords.model, see `data_prep.text.tokenizers`
DATA/{train,dev,test}.jsonl        one JSON object a line, UTF-8:

{"text": "a gorgeous film", "label": 1}      sentiment (and gap)
{"en": "A dog.", "de": "Ein Hund."}          translation: language -> sentence
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Parallel
from data_prep.prepared.dataset_info import (
    DatasetInfo,
    ShardInfo,
    check_kind,
    file_sha256,
    shards_of,
    verify,
)


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
) -> ShardInfo:
    """Write a split; the file gets its name once it is complete.

    Args:
        examples: taken one by one, all of one kind.
        directory: exists.
        split: names the file.

    Raises:
        BadInput: the disk is full.
    """
    path = Path(directory) / f"{split}.jsonl"
    partial = path.with_suffix(".partial")
    number = texts = 0
    try:
        with open(partial, "w", encoding="utf-8", newline="\n") as file:
            for example in examples:
                fields = _fields(example)
                file.write(json.dumps(fields, ensure_ascii=False) + "\n")
                number += 1
                texts += len(example.texts) if isinstance(example, Parallel) else 1
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}); expected room on the disk: "
            "free some, or choose another --out."
        ) from error
    sha256 = file_sha256(partial)
    os.replace(partial, path)
    return ShardInfo(path.name, number, texts, path.stat().st_size, sha256)


def _fields(example: Labelled | Parallel) -> dict[str, Any]:
    if isinstance(example, Parallel):
        return example.texts
    return {"text": example.text, "label": example.label}


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
    directory = Path(directory)
    info = DatasetInfo.load(directory)
    check_kind(directory, info, kind)
    verify(directory, info, split)  # vouches for each line's form
    rows = []
    for shard in shards_of(info, split):
        with open(directory / shard.file, encoding="utf-8", newline="\n") as file:
            rows += [json.loads(line) for line in file]
    return rows
