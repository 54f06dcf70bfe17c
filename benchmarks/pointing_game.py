"""The pointing game on the harbour: counting how often attention hits a box.

The rules are described in `benchmarks.pointing`. Regions are the cells of a square grid
over a square picture, numbered along the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from data_prep.harbour.captions import NOUNS
from data_prep.harbour.shapes import Box

# Nouns of one word or two -> the kind of thing they name.
NAMED = {
    **{tuple(noun.split()): kind for kind, nouns in NOUNS.items() for noun in nouns},
    ("sailor",): "sailor",
    ("gull",): "gulls",
    ("gulls",): "gulls",
    ("sun",): "sun",
    ("moon",): "moon",
}


class Pointed(NamedTuple):
    """A noun, and where the attention was when it was generated.

    Attributes:
        kind: of the named thing.
        inside: bool ``(regions,)``, whose centres are in the thing's box.
        meeting: bool ``(regions,)``, whose cells overlap the box.
        peak: the region of the highest weight for the head noun.
        sharper: the region of the highest weight over all words of the noun.
    """

    kind: str
    inside: np.ndarray
    meeting: np.ndarray
    peak: int
    sharper: int


class Share(NamedTuple):
    """How often the attention hits, for some nouns; shares from 0 to 1.

    Attributes:
        nouns: number of nouns.
        hit: the centre of the head noun's peak is in the box.
        touched: the cell of the head noun's peak overlaps the box.
        any_word: hits of the sharper peak of all words of the noun.
        chance: hits of a random region.
        chance_to_touch: overlaps of a random cell.
        one_region: hits of the one region that hits most often.
        possible: the box contains a centre.
    """

    nouns: int
    hit: float
    touched: float
    any_word: float
    chance: float
    chance_to_touch: float
    one_region: float
    possible: float


def point(
    words: Sequence[str], weights: np.ndarray, boxes: Mapping[str, Box]
) -> list[Pointed]:
    """Return where the attention was for each noun that names a thing with a box.

    Args:
        words: of a caption, lower case.
        weights: ``(words, regions)``, the attention with which each word was chosen.
        boxes: of the things in the picture, in shares of its side.
    """
    side = round(weights.shape[1] ** 0.5)
    pointed = []
    for first, end, kind in nouns(words):
        if kind in boxes:
            whole = weights[first:end]
            pointed.append(
                Pointed(
                    kind,
                    centres_inside(boxes[kind], side),
                    cells_meeting(boxes[kind], side),
                    peak=whole[-1].argmax(),
                    sharper=whole.max(axis=0).argmax(),
                )
            )
    return pointed


def nouns(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, word after the last, kind) of each noun in `NAMED`."""
    at = 0
    while at < len(words):
        pair = tuple(words[at : at + 2])
        length = 2 if len(pair) == 2 and pair in NAMED else 1
        kind = NAMED.get(tuple(words[at : at + length]))
        if kind:
            yield at, at + length, kind
        at += length


def centres_inside(box: Box, side: int) -> np.ndarray:
    """Return which centres of cells are in a box, bool ``(side * side,)``.

    Args:
        box: in shares of the picture's side.
        side: number of cells in a row, and of rows.
    """
    left, top, right, bottom = box
    centres = (np.arange(side) + 0.5) / side
    across = (left <= centres) & (centres <= right)
    down = (top <= centres) & (centres <= bottom)
    return (down[:, None] & across).ravel()


def cells_meeting(box: Box, side: int) -> np.ndarray:
    """Return which cells overlap a box; arguments and result as `centres_inside`."""
    left, top, right, bottom = box
    edges = np.arange(side + 1) / side
    across = (left < edges[1:]) & (edges[:-1] < right)
    down = (top < edges[1:]) & (edges[:-1] < bottom)
    return (down[:, None] & across).ravel()


def table(pointed: Sequence[Pointed]) -> dict[str, Share]:
    """Return "all" and each kind, most frequent first -> shares.

    Args:
        pointed: at least one.
    """
    by_kind: dict[str, list[Pointed]] = {}
    for one in pointed:
        by_kind.setdefault(one.kind, []).append(one)
    often = sorted(by_kind, key=lambda kind: -len(by_kind[kind]))
    return {"all": _share(pointed)} | {kind: _share(by_kind[kind]) for kind in often}


def _share(pointed: Sequence[Pointed]) -> Share:
    inside = np.stack([one.inside for one in pointed])
    meeting = np.stack([one.meeting for one in pointed])
    every = np.arange(len(pointed))
    return Share(
        nouns=len(pointed),
        hit=inside[every, [one.peak for one in pointed]].mean(),
        touched=meeting[every, [one.peak for one in pointed]].mean(),
        any_word=inside[every, [one.sharper for one in pointed]].mean(),
        chance=inside.mean(),
        chance_to_touch=meeting.mean(),
        one_region=inside.mean(axis=0).max(),
        possible=inside.any(axis=1).mean(),
    )
