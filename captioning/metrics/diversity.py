"""Habits: how captions are written, whatever they say.

A captioner that learns from a reward finds out what the reward does not mind: captions
that break off ("a dog in a"), say the same again and again, or get shorter and shorter
(Rennie et al. 2017; Luo 2020). These four numbers, beside people's, would show it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from captioning.metrics.pairs import Tokens

# No sentence ends in one of these, but for a careless one.
_OPENERS = frozenset(
    "a an the this that his her its their of in on at with and or to for from by into "
    "onto as is are was were while near".split()
)


class Habits(NamedTuple):
    """How some captions are written.

    Attributes:
        length: mean, in words.
        vocabulary: how many different words they use.
        broken_off: share that ends in an article, a preposition and the like.
        repeating: share that says some three words in a row twice.
    """

    length: float
    vocabulary: float
    broken_off: float
    repeating: float


def habits(captions: Iterable[Tokens]) -> Habits:
    """Return the habits of captions, each given as its words.

    Raises:
        ValueError: there is no caption.
    """
    captions = list(captions)
    if not captions:
        raise ValueError("habits got no captions; expected one or more.")
    count = len(captions)
    return Habits(
        length=sum(map(len, captions)) / count,
        vocabulary=len({word for words in captions for word in words}),
        broken_off=sum(bool(w) and w[-1] in _OPENERS for w in captions) / count,
        repeating=sum(map(_repeats, captions)) / count,
    )


def mean_diversity(writers: Sequence[Iterable[Tokens]]) -> Habits:
    """Return the mean of several writers' habits, each with a caption a picture: the
    more captions, the more different words they use."""
    found = [habits(captions) for captions in writers]
    return Habits(*(sum(values) / len(found) for values in zip(*found, strict=True)))


def _repeats(words: Tokens) -> bool:
    trigrams = list(zip(words, words[1:], words[2:], strict=False))
    return len(set(trigrams)) < len(trigrams)
