"""Word detectors from the captions and regions of training pictures: ridge regression.

The target of a word is the share of a picture's captions that have it, in the singular
or the plural; the inputs are those of the reranker. A word gets a detector if it is
found almost without error in pictures that were not learned from (cross-validation),
and if enough pictures have it to say where the threshold lies.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from captioning.decoding import WordDetectors
from captioning.tasks.captions.reranker_fitting import ridge_weights
from data_prep.text.special_tokens import END, PAD, START, UNK

STRENGTH = 1.0  # of the ridge; 0.1 and 0.3 find no more
CLEAR = 0.59  # a picture shows what three of its five captions name
MIN_AREA = 0.99  # under the ROC curve; words of 0.98 cost more than they give
MISSED = 0.04  # share of the pictures of a word that lie below its threshold
MIN_PICTURES = 500  # of a word: then 20 of them, the share above, set the threshold
_FOLDS = 5
_NO_WORDS = (PAD, UNK, START, END)


class Detected(NamedTuple):
    """A word that has a detector, with its plural.

    Attributes:
        words: as they are written.
        num_pictures: that show it.
        area: under the ROC curve, by cross-validation.
    """

    words: tuple[str, ...]
    num_pictures: int
    area: float


def fit_detectors(
    standardised: np.ndarray,
    captions: Sequence[Sequence[Sequence[int]]],
    words: Sequence[str],
    min_pictures: int = MIN_PICTURES,
) -> tuple[WordDetectors, list[Detected]]:
    """Return the detectors, and which words have one.

    Args:
        standardised: float32 ``(pictures, region_dim)``, the standardised means of the
            regions.
        captions: token ids of the words of each picture's captions.
        words: the vocabulary, by token id.
        min_pictures: words that fewer pictures show have none.
    """
    names, targets = _targets(captions, words, min_pictures)
    folds = _folds(captions)
    if not names or not folds.any():  # or all are copies of one picture
        return WordDetectors.none(standardised.shape[1]), []
    found = _cross_validated(standardised, targets, folds)
    token_ids, margins, columns, detected = [], [], [], []
    weights, means = _ridge(standardised, targets)
    for column, ids in enumerate(names):
        shares = targets[:, column]
        positive = found[shares >= CLEAR, column]
        negative = found[shares == 0, column]
        area = _area(positive, negative) if len(negative) >= min_pictures else 0.0
        if area < MIN_AREA:
            continue
        detected.append(Detected(tuple(words[i] for i in ids), len(positive), area))
        token_ids += ids
        columns += [column] * len(ids)
        margins += [means[column] - np.quantile(positive, MISSED)] * len(ids)
    return (
        WordDetectors(
            np.array(token_ids, np.int32),
            weights.T[columns].astype(np.float32),
            np.array(margins, np.float32),
        ),
        detected,
    )


def _targets(captions, words: Sequence[str], min_pictures: int):
    """Return the token ids of each word and its plural, of words that enough pictures
    show, and the shares of captions that have them, float32 ``(pictures, words)``."""
    id_of = {word: i for i, word in enumerate(words) if i not in _NO_WORDS}
    plurals = {i: id_of[w + "s"] for w, i in id_of.items() if w + "s" in id_of}
    singulars = {plural: i for i, plural in plurals.items()}

    def shares_of(own) -> Iterator[tuple[int, float]]:
        found = Counter(i for ids in own for i in {singulars.get(i, i) for i in ids})
        return ((i, found[i] / len(own)) for i in found if i not in _NO_WORDS)

    shown = Counter(
        i for own in captions for i, share in shares_of(own) if share >= CLEAR
    )
    kept = sorted(i for i, count in shown.items() if count >= min_pictures)
    column_of = {i: column for column, i in enumerate(kept)}
    # Only of the kept ones: of all words it would be too much memory.
    shares = np.zeros((len(captions), len(kept)), np.float32)
    for row, own in zip(shares, captions, strict=True):
        for i, share in shares_of(own):
            if i in column_of:
                row[column_of[i]] = share
    names = [[i, plurals[i]] if i in plurals else [i] for i in kept]
    return names, shares


def _folds(captions) -> np.ndarray:
    """Return a fold for each picture; pictures of the same captions, which are copies,
    are in the same one."""
    number: dict[tuple, int] = {}
    return np.array(
        [
            number.setdefault(tuple(map(tuple, own)), len(number)) % _FOLDS
            for own in captions
        ]
    )


def _cross_validated(inputs, targets, folds) -> np.ndarray:
    """Return what is found in each picture by a regression on the other folds."""
    found = np.zeros_like(targets)
    for fold in range(_FOLDS):
        held = folds == fold
        weights, means = _ridge(inputs[~held], targets[~held])
        found[held] = inputs[held] @ weights + means
    return found


def _ridge(inputs, targets):
    """Return weights ``(region_dim, words)`` and means ``(words,)``."""
    means = targets.mean(axis=0)
    products = inputs.T @ (targets - means)
    return ridge_weights(inputs.T @ inputs, products, STRENGTH), means


def _area(positive: np.ndarray, negative: np.ndarray) -> float:
    """Return the area under the ROC curve: the share of pairs, one of each kind, of
    which the positive is found more strongly."""
    below = np.searchsorted(np.sort(negative), positive)
    return float(below.mean() / len(negative))
