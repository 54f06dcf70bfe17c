"""The pairs that a translator learns from, an epoch at a time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from captioning.tasks.translation.directions import Direction


class Pair(NamedTuple):
    """A sentence, its translation, and the code of the language to write."""

    source: str
    target: str
    into: str


class TrainingPairs:
    """Pairs of people in all directions, and back-translated ones in one.

    A back-translated pair is a sentence by a person with the translation of a model.
    It is learned from in the direction of the person's sentence alone, so that the
    translator always learns to write what people write (Sennrich et al. 2016).

    Args:
        rows: of `load_parallel`.
        directions: to learn.
    """

    def __init__(
        self, rows: Sequence[Mapping[str, str]], directions: Sequence[Direction]
    ):
        self._human, self._back_translated = [], []
        for source, target in directions:
            for row in rows:
                pair = Pair(row[source], row[target], target)
                if "original" not in row:
                    self._human.append(pair)
                elif row["original"] == target:
                    self._back_translated.append(pair)

    def of_epoch(self, epoch: int, seed: int) -> list[Pair]:
        """Return all pairs of people, and at most as many back-translated ones: those
        whose turn it is, in an order that the seed draws once."""
        others, count = self._back_translated, len(self._human)
        if len(others) <= count:
            return self._human + others
        order = np.random.default_rng(seed).permutation(len(others))
        turn = np.arange(epoch * count, (epoch + 1) * count) % len(others)
        return self._human + [others[index] for index in order[turn]]
