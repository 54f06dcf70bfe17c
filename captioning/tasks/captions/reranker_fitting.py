"""A reranker from the captions and regions of training pictures: ridge regression.

The targets of a picture are the tf-idf vectors of its captions, as CIDEr-D has them:
one for each n in 1..4, each of length 1, the mean over the captions. The inputs are the
mean of its regions, standardised. With inputs A, targets Y and strength s

    W = (A^T A + s d I)^-1 A^T Y        for the d numbers of a region

The products are taken with some hundred n-grams at a time, so that the targets, most of
which are 0, need no memory.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from captioning.decoding import WordDetectors
from captioning.decoding.reranking import LONGEST, Reranker
from captioning.metrics.cider import SIGMA
from data_prep.text.special_tokens import UNK

STEPS = 7  # weights are rounded to -7..7, and packed to three bits
_BLOCK = 512  # n-grams at a time


class References(NamedTuple):
    """Which n-grams captions have.

    An n-gram with UNK is in no table: which word it was is not known. It counts in the
    length of a caption's vectors, as rare as an n-gram can be.

    Attributes:
        keys: int64 ``(ngrams,)``, ascending; see `Reranker`.
        num_pictures: ``(ngrams,)``, how many pictures' captions have each.
        pictures: int64 ``(entries,)``; an entry is an n-gram of a picture.
        ngrams: int64 ``(entries,)``, places in `keys`.
        weights: float32 ``(entries,)``, the mean over the picture's captions.
        lengths: ``(captions,)``, in words.
        num_all: how many pictures there are.
    """

    keys: np.ndarray
    num_pictures: np.ndarray
    pictures: np.ndarray
    ngrams: np.ndarray
    weights: np.ndarray
    lengths: np.ndarray
    num_all: int


def references_of(
    captions: Sequence[Sequence[Sequence[int]]], vocabulary_size: int
) -> References:
    """Return the n-grams of captions.

    Args:
        captions: token ids of the words of each picture's captions.
        vocabulary_size: how many different ids there are.
    """
    rows = [np.asarray(own, np.int64) for each in captions for own in each]
    picture_of = np.repeat(np.arange(len(captions)), [len(each) for each in captions])
    found = [_ngrams(row, vocabulary_size) for row in rows]
    caption_of = np.repeat(np.arange(len(rows)), [len(keys) for keys, _ in found])
    all_keys, orders = (np.concatenate(parts) for parts in zip(*found, strict=True))
    is_known = all_keys >= 0
    keys, places = np.unique(all_keys[is_known], return_inverse=True)
    # Each n-gram of a caption once, and how often the caption has it.
    pairs, first, times = np.unique(
        caption_of[is_known] * len(keys) + places,
        return_index=True,
        return_counts=True,
    )
    captions_, ngrams = np.divmod(pairs, len(keys))
    vectors = captions_ * LONGEST + orders[is_known][first] - 1
    of_picture, inverse = np.unique(
        picture_of[captions_] * len(keys) + ngrams, return_inverse=True
    )
    pictures, of_entry = np.divmod(of_picture, len(keys))
    num_pictures = np.bincount(of_entry, minlength=len(keys))
    rarest = np.log(len(captions))
    weights = times * (rarest - np.log(num_pictures))[ngrams]
    squares = np.bincount(vectors, weights**2, len(rows) * LONGEST)
    unknown = (caption_of * LONGEST + orders - 1)[~is_known]
    squares += rarest**2 * np.bincount(unknown, minlength=len(squares))
    weights /= np.sqrt(np.maximum(squares[vectors], 1e-12))
    weights /= np.bincount(picture_of)[picture_of[captions_]]
    return References(
        keys,
        num_pictures,
        pictures,
        of_entry,
        np.bincount(inverse, weights).astype(np.float32),
        np.array([len(row) for row in rows]),
        len(captions),
    )


def _ngrams(token_ids: np.ndarray, vocabulary_size: int):
    """Return the keys of a caption's n-grams, -1 of those with UNK, and their n."""
    keys, orders = [token_ids[:0]], [token_ids[:0]]  # of a caption without words
    for n in range(1, min(LONGEST, len(token_ids)) + 1):
        windows = np.lib.stride_tricks.sliding_window_view(token_ids, n)
        key = (windows + 1) @ (vocabulary_size + 1) ** np.arange(n)
        keys.append(np.where(np.any(windows == UNK, axis=1), -1, key))
        orders.append(np.full(len(key), n))
    return np.concatenate(keys), np.concatenate(orders)


class Ridge:
    """The regression of n-grams on regions.

    Args:
        images: float32 ``(pictures, region_dim)``, the mean of each picture's regions.
        references: of the same pictures.
        vocabulary_size: how many different token ids there are.
        least: n-grams that fewer pictures have are left out.

    Attributes:
        inputs: float32 ``(pictures, region_dim)``, the images, standardised.
    """

    def __init__(
        self,
        images: np.ndarray,
        references: References,
        vocabulary_size: int,
        least: int,
    ):
        self._references = references
        self._vocabulary_size = vocabulary_size
        self._mean = images.mean(axis=0)
        self._deviation = images.std(axis=0) + 1e-6
        self.inputs = inputs = (images - self._mean) / self._deviation
        self._gram = inputs.T @ inputs
        (self._kept,) = np.nonzero(references.num_pictures >= least)
        products, means = [], []
        for targets in _targets(references, self._kept):
            products.append(inputs.T @ targets)
            means.append(targets.mean(axis=0))
        self._products = np.concatenate(products, axis=1)
        self._means = np.concatenate(means)

    def weights(self, strength: float) -> np.ndarray:
        """Return W, float32 ``(region_dim, ngrams)``."""
        return ridge_weights(self._gram, self._products, strength)

    def reranker(
        self,
        weights: np.ndarray,
        min_pictures: int,
        num_beams: int,
        detectors: WordDetectors | None = None,
    ) -> Reranker:
        """Return a reranker.

        Args:
            weights: of `weights`.
            min_pictures: n-grams that fewer pictures have are left out.
            num_beams: see `Reranker`.
            detectors: of words, of the same inputs; none if not given.
        """
        detectors = detectors or WordDetectors.none(len(self._mean))
        references = self._references
        num_pictures = references.num_pictures[self._kept]
        chosen = num_pictures >= min_pictures
        rows = weights.T[chosen]
        scales = np.maximum(np.abs(rows).max(axis=1) / STEPS, 1e-6)
        idf = np.log(references.num_all / num_pictures[chosen])
        return Reranker(
            keys=references.keys[self._kept][chosen],
            # One that is not there, as if half of the least number had it.
            idf=_with_last(idf, np.log(2 * references.num_all / min_pictures)),
            weights=_with_last(np.round(rows / scales[:, None]).astype(np.int8)),
            scales=_with_last(scales),
            biases=_with_last(self._means[chosen]),
            mean=self._mean,
            deviation=self._deviation,
            length_factors=_length_factors(references.lengths),
            vocabulary_size=np.int64(self._vocabulary_size),
            num_beams=np.int64(num_beams),
            detected=detectors.token_ids,
            detector_weights=detectors.weights,
            detector_margins=detectors.margins,
        ).rounded()


def ridge_weights(
    gram: np.ndarray, products: np.ndarray, strength: float
) -> np.ndarray:
    """Return W, float32 ``(region_dim, targets)``, from A^T A and A^T Y."""
    ridge = strength * len(gram) * np.eye(len(gram), dtype=np.float32)
    return np.linalg.solve(gram + ridge, products)


def _targets(references: References, kept: np.ndarray) -> Iterator[np.ndarray]:
    """Yield Y, some of the kept n-grams at a time: float32 ``(pictures, some)``."""
    order = np.argsort(references.ngrams, kind="stable")
    ngrams = references.ngrams[order]
    for first in range(0, len(kept), _BLOCK):
        some = kept[first : first + _BLOCK]
        start = np.searchsorted(ngrams, some[0])
        entries = order[start : np.searchsorted(ngrams, some[-1], "right")]
        targets = np.zeros((references.num_all, len(some)), np.float32)
        columns = np.searchsorted(some, references.ngrams[entries])
        is_kept = some[columns] == references.ngrams[entries]
        entries, columns = entries[is_kept], columns[is_kept]
        targets[references.pictures[entries], columns] = references.weights[entries]
        yield targets


def _with_last(rows: np.ndarray, last: float = 0) -> np.ndarray:
    """Return an array with one more row; float32 if it is of floats."""
    row = np.full_like(rows[:1], last)
    found = np.concatenate([rows, row])
    return found if found.dtype == np.int8 else found.astype(np.float32)


def _length_factors(lengths: np.ndarray) -> np.ndarray:
    """Return the expected penalty of each number of words, up to twice the longest."""
    words = np.arange(2 * lengths.max() + 1)
    shares = np.bincount(lengths, minlength=len(words)) / len(lengths)
    penalties = np.exp(-((words[:, None] - words) ** 2) / (2 * SIGMA**2))
    return (penalties @ shares).astype(np.float32)
