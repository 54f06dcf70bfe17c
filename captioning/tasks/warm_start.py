"""Starting from a trained model: weights are carried over, word by word where needed.

Most weights do not depend on the words. Of those that do, embeddings and output
biases, the rows of the words that both models know are carried over; the rows of new
words keep their first values.
"""

from typing import TYPE_CHECKING, NamedTuple

import keras
import numpy as np

if TYPE_CHECKING:
    from captioning.tasks.task import Task


class WordWeights(NamedTuple):
    """Weights with a row for each word.

    Attributes:
        words: one a row, all different.
        weights: each with the axis along which the words lie.
    """

    words: tuple[str, ...]
    weights: list[tuple[keras.Variable, int]]


class Carried(NamedTuple):
    """How many words of the new model were carried over, and how many it has."""

    shared: int
    all: int


def carry_weights(new: "Task", old: "Task") -> list[Carried]:
    """Give a new model the weights of a trained one of the same task.

    Args:
        new: with its first weights.
        old: trained; of the same sizes, but for its words.

    Returns:
        what was carried over, for each set of words of the task.

    Raises:
        ValueError: their weights have other sizes, or a trained part would be frozen.
    """
    carried, row_of = [], {}
    for mine, theirs in zip(new.word_weights(), old.word_weights(), strict=True):
        rows = _rows(mine.words, theirs.words)
        carried.append(Carried(int(np.sum(rows >= 0)), len(rows)))
        row_of |= {id(weight): (rows, axis) for weight, axis in mine.weights}
    same_words = all(one.shared == one.all for one in carried) and all(
        len(mine.words) == len(theirs.words)
        for mine, theirs in zip(new.word_weights(), old.word_weights(), strict=True)
    )
    dropped = set() if same_words else {id(w) for w in new.weights_of_token_ids()}
    old_models = old.trained_models()
    for name, model in new.trained_models().items():
        source = old_models[name]
        if source is None:
            continue  # it is frozen in the run, and starts with ImageNet's weights
        if model is None:
            raise ValueError(f"its {name} was trained, and this one would be frozen")
        if len(model.weights) != len(source.weights):
            raise ValueError(
                f"its {name} has {len(source.weights)} weights, this one "
                f"{len(model.weights)}"
            )
        for weight, trained in zip(model.weights, source.weights, strict=True):
            if id(weight) in dropped:
                continue
            value = trained.numpy()
            if id(weight) in row_of:
                value = _with_rows(weight.numpy(), value, *row_of[id(weight)])
            if value.shape != weight.shape:
                raise ValueError(
                    f"{weight.path} has the shape {tuple(value.shape)}, this one "
                    f"{tuple(weight.shape)}"
                )
            weight.assign(value)
    return carried


def _rows(words: tuple[str, ...], trained: tuple[str, ...]) -> np.ndarray:
    """Return the row of each word among the trained ones, int ``(words,)``; -1 of a
    word that is not among them."""
    index = {word: row for row, word in enumerate(trained)}
    return np.array([index.get(word, -1) for word in words])


def _with_rows(first, trained, rows: np.ndarray, axis: int) -> np.ndarray:
    """Return the first values of a weight, with the trained rows of shared words."""
    first, trained = np.moveaxis(first, axis, 0), np.moveaxis(trained, axis, 0)
    if first.shape[1:] != trained.shape[1:]:
        return trained  # the caller names both shapes
    known = rows >= 0
    value = first.copy()
    value[known] = trained[rows[known]]
    if value.ndim == 1 and np.any(known):
        # A bias: that of an average word, not the 0 of the most frequent ones.
        value[~known] = trained[rows[known]].mean()
    return np.moveaxis(value, 0, axis)
