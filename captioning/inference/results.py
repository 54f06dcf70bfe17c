"""What is said of a picture: sentences and words, and how sure they are."""

from typing import NamedTuple


class Caption(NamedTuple):
    """One sentence and its score, the log probability over length ** length_penalty."""

    caption: str
    score: float


class Tag(NamedTuple):
    """One word about a picture, and how probable it is that it fits."""

    tag: str
    probability: float
