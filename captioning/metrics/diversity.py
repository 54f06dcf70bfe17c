"""Diversity: how varied and how complete captions are; not if they are right.

A captioner that is trained on a reward can learn captions that the reward does not
penalise: ones that break off ("a dog in a"), repeat themselves, or get shorter and
shorter (Rennie et al. 2017; Luo 2020). These four numbers, compared with those of
people, show it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from captioning.metrics.pairs import Tokens

# Words that do not end a complete sentence, but for a careless one.
_OPENING_WORDS = frozenset(
    "a an the this that his her its their of in on at with and or to for from by into "
    "onto as is are was were while near".split()
)


class Diversity(NamedTuple):
    """Statistics of some captions.

    Attributes:
        mean_length: in words.
        vocabulary_size: number of different words.
        truncated: share that ends in an article, a preposition or the like.
        repetitive: share with a trigram that occurs twice.
    """

    mean_length: float
    vocabulary_size: float
    truncated: float
    repetitive: float


def diversity(captions: Iterable[Tokens]) -> Diversity:
    """Return the statistics of captions, each given as its words.

    Raises:
        ValueError: there is no caption.
    """
    captions = list(captions)
    if not captions:
        raise ValueError("diversity got no captions; expected one or more.")
    count = len(captions)
    return Diversity(
        mean_length=sum(map(len, captions)) / count,
        vocabulary_size=len({word for words in captions for word in words}),
        truncated=sum(bool(w) and w[-1] in _OPENING_WORDS for w in captions) / count,
        repetitive=sum(map(_has_repeated_trigram, captions)) / count,
    )


def mean_diversity(writers: Sequence[Iterable[Tokens]]) -> Diversity:
    """Return the mean of several writers' statistics.

    Each writer has one caption for each picture, since the vocabulary grows with the
    number of captions.
    """
    found = [diversity(captions) for captions in writers]
    return Diversity(*(sum(values) / len(found) for values in zip(*found, strict=True)))


def _has_repeated_trigram(words: Tokens) -> bool:
    trigrams = list(zip(words, words[1:], words[2:], strict=False))
    return len(set(trigrams)) < len(trigrams)
