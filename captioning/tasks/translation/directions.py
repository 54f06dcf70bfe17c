"""Directions of translation: from which language into which, and how it is tagged."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import tensorflow as tf

from data_prep.text.subwords import Subwords


class Direction(NamedTuple):
    """From which language into which, by their codes."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source}-{self.target}"


def directions_of(languages: Iterable[str]) -> list[Direction]:
    """Return the pivot, the first language, into each other one, and each of these
    into the pivot."""
    pivot, *others = languages
    return [
        direction
        for other in others
        for direction in (Direction(pivot, other), Direction(other, pivot))
    ]


def tagged(
    subwords: Subwords, texts: Sequence[str], into: Sequence[str], alpha: float = 0.0
) -> tf.RaggedTensor:
    """Return what the model reads: the tag of the language to write, the sentence, END
    (Johnson et al. 2017, section 3). A .tflite file is fed the same by
    `inference.litert.text_engine`.

    Args:
        subwords: with a tag for each language.
        texts: sentences.
        into: the code of each one's target language.
        alpha: see `Subwords.encode`.

    Returns:
        int32 ids ``(texts, (positions))``.
    """
    tags = [[subwords.language_ids[language]] for language in into]
    ids = subwords.encode(tf.constant(texts), alpha)
    return tf.concat([tf.constant(tags, tf.int32), ids[:, 1:]], axis=1)
