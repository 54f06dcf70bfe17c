"""Results: what is said of a picture, and how sure the model is of it."""

from pathlib import Path
from typing import NamedTuple


class Caption(NamedTuple):
    """One sentence and its score, the log probability over length ** length_penalty."""

    caption: str
    score: float


class Tag(NamedTuple):
    """One word about a picture, and how probable it is that it fits."""

    tag: str
    probability: float


class PictureResult(NamedTuple):
    """What became of a picture file.

    Attributes:
        path: the file.
        captions: best first; empty if there is an error.
        error: one sentence, naming the file; "" if it was captioned.
        tags: best first; None if none were asked for.
    """

    path: Path
    captions: list[Caption]
    error: str = ""
    tags: list[Tag] | None = None
