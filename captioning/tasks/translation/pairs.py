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
    """Pairs of people in all directions, and those of a model in one or all.

    A pair of a model is a sentence by a person with the model's translation. From the
    translation to the sentence, back-translation (Sennrich et al. 2016), the translator
    learns to write what people write. From the sentence to the translation,
    self-training (He et al. 2020), it learns to write of more sentences what its best
    search found.

    Args:
        rows: of `load_parallel`.
        directions: to learn.
        self_training: whether pairs of a model are learned in that other direction too.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, str]],
        directions: Sequence[Direction],
        self_training: bool = False,
    ):
        self._human, self._of_model = [], []
        for source, target in directions:
            for row in rows:
                pair = Pair(row[source], row[target], target)
                if "original" not in row:
                    self._human.append(pair)
                elif self_training or row["original"] == target:
                    self._of_model.append(pair)

    def of_epoch(self, epoch: int, seed: int) -> list[Pair]:
        """Return all pairs of people, and at most as many of a model: those whose turn
        it is, in an order that the seed draws once."""
        others, count = self._of_model, len(self._human)
        if len(others) <= count:
            return self._human + others
        order = np.random.default_rng(seed).permutation(len(others))
        turn = np.arange(epoch * count, (epoch + 1) * count) % len(others)
        return self._human + [others[index] for index in order[turn]]
