"""The sentences of a prepared data set on disk: the fields of a line.

DATA/dataset.json                  as for pictures, see `prepared.dataset_info`
DATA/vocabulary.txt                or subwords.model, see `text.choose_tokenizer`
DATA/{train,dev,test}.jsonl        one JSON object a line, UTF-8:

{"text": "a gorgeous film", "label": 1}      sentiment (and gap)
{"text": "a film", "label": 0.61}            sentiment, as a model judged it; in train
{"en": "A dog.", "de": "Ein Hund."}          translation: language -> sentence
{"en": "A dog.", "de": "Ein Hund.", "original": "de"}    the English one is a model's
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_prep.examples import Labelled, Parallel
from data_prep.prepared.checksums import verify_vocabulary
from data_prep.prepared.dataset_info import FileInfo, load_split
from data_prep.prepared.json_lines import is_text, read_lines, write_lines


class LabelledTexts(NamedTuple):
    """A split of a sentiment data set."""

    texts: list[str]  # as people wrote them
    # ``(texts,)``, see `Labelled`: int32, or float32 if a model judged any of them
    labels: np.ndarray


def write_sentences(
    examples: Iterable[Labelled] | Iterable[Parallel], directory: Path, split: str
) -> FileInfo:
    """Write a split, taking the examples one by one; BadInput if the disk is full."""
    return write_lines(map(_line, examples), Path(directory) / f"{split}.jsonl")


def _line(example: Labelled | Parallel) -> tuple[dict[str, Any], int]:
    if isinstance(example, Parallel):
        original = {"original": example.original} if example.original else {}
        return example.texts | original, len(example.texts)
    return {"text": example.text, "label": example.label}, 1


def load_labelled(
    directory: Path, split: str, kind: str = "sentiment"
) -> LabelledTexts:
    """Read a split of a data set of kind "sentiment" or "gap", once it is found whole.

    Raises:
        BadInput: it is of another kind, or a file is missing, truncated or altered.
    """
    rows = _load(directory, split, kind)
    labels = [row["label"] for row in rows]
    dtype = np.float32 if any(type(one) is float for one in labels) else np.int32
    return LabelledTexts([row["text"] for row in rows], np.array(labels, dtype))


def load_sentiment(directory: Path, split: str) -> Iterator[Labelled]:
    """Yield the examples of a split of sentiment, as they were written; errors as of
    `load_labelled`."""
    for row in _load(directory, split, "sentiment"):
        yield Labelled(split, row["text"], row["label"])


def load_parallel(directory: Path, split: str) -> list[dict[str, str]]:
    """Read a split of a translation data set: of each example, language -> sentence,
    and where a model translated it, "original" -> the language of the original.

    Raises:
        BadInput: it is of another kind, or a file is missing, truncated or altered.
    """
    return _load(directory, split, "translation")


def _load(directory, split, kind) -> list[dict[str, Any]]:
    info, facts = load_split(directory, split, kind)
    verify_vocabulary(directory, info)
    felt = _is_felt if split == "train" else _is_verdict
    rows_of = {"translation": _is_parallel, "sentiment": felt}
    is_row = rows_of.get(kind, _is_labelled)
    files = facts.shards
    return [row for file in files for row in read_lines(directory, file, is_row)]


def _is_labelled(row: dict[str, Any]) -> bool:
    return is_text(row["text"]) and type(row["label"]) is int and row["label"] >= 0


def _is_verdict(row: dict[str, Any]) -> bool:
    return _is_labelled(row) and row["label"] <= 1


def _is_felt(row: dict[str, Any]) -> bool:
    label = row["label"]  # a float is what a model judged
    return is_text(row["text"]) and type(label) in (int, float) and 0 <= label <= 1


def _is_parallel(row: dict[str, Any]) -> bool:
    return len(row) > 1 and all(map(is_text, row.values()))
