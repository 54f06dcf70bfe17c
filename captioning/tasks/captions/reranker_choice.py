"""Which reranker, chosen on dev; and what re-ranking gives there."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from captioning.decoding import Reranker, expected_cider_d
from captioning.models.captioner import TOKENS, Captioner
from captioning.tasks.caption_scores import SplitCiderD
from captioning.tasks.captions.detector_fitting import Detected, fit_detectors
from captioning.tasks.captions.generation import BATCH_SIZE, search
from captioning.tasks.captions.reranker_fitting import Ridge, references_of
from captioning.tasks.captions.task import Captions
from captioning.tasks.image_encoding import cached_rows
from data_prep.console import progress
from data_prep.pipeline.image_batches import tokenized
from data_prep.prepared.captions import load_captions
from data_prep.text.special_tokens import END, START

STRENGTHS = (0.1, 0.3, 1.0)
# N-grams of fewer pictures are left out: those of 10 to 13 would make the reranker half
# as large again, for 0.003 of CIDEr-D on Flickr8k's dev.
MIN_PICTURES = (14, 20)
BEAMS = (3, 5, 10, 20)
_LONGEST = 100  # tokens of a training caption that are read, at most


class Choice(NamedTuple):
    """A reranker that was tried.

    Attributes:
        min_pictures: n-grams of fewer pictures were left out.
        strength: of the ridge.
        num_ngrams: those that are left.
        cider_d: on dev, of the best of the hypotheses.
    """

    min_pictures: int
    strength: float
    num_ngrams: int
    cider_d: float


class Comparison(NamedTuple):
    """Captions of dev by one number of beams: CIDEr-D, and photos a second from regions
    in memory; in the order of the search, and re-ranked."""

    num_beams: int
    before: float
    after: float
    rate_before: float
    rate_after: float


class Dev:
    """The dev split of a data set: its regions, computed once, and its references.

    Args:
        captions: the task of a run, its frozen encoder not attached.
        data: a prepared data set.
    """

    def __init__(self, captions: Captions, data: Path):
        self._captions = captions
        self._decoder = Captioner(None, captions.model.decoder)
        self._regions = np.concatenate(list(_regions(captions, data, "dev")))
        self.images = self._regions.mean(axis=1)
        self._cider_d = SplitCiderD(load_captions(data, "dev"))

    def search(
        self, num_beams: int, reranker: Reranker | None
    ) -> tuple[np.ndarray, float]:
        """Return what a search finds, token ids int32 ``(images, beams, time)``, and
        how many photos it took a second."""
        options = self._captions.config.search

        @tf.function(autograph=False, reduce_retracing=True)
        def find(regions):
            found = search(self._decoder, regions, options, num_beams, reranker)
            return found.token_ids

        find(tf.constant(self._regions[:BATCH_SIZE]))  # traces the graph
        label = f"dev captions, {num_beams} beams"
        start = time.perf_counter()
        batches = _batches(self._regions, label)
        found = [find(tf.constant(batch)).numpy() for batch in batches]
        seconds = time.perf_counter() - start
        return np.concatenate(found), len(self._regions) / seconds

    def cider_d(self, token_ids: np.ndarray) -> np.ndarray:
        """Return the CIDEr-D of each caption, ``(images, beams)``."""
        texts = self._captions.vocabulary.decode(token_ids).numpy()
        return np.stack(
            [
                self._cider_d.of_each([text.decode("utf-8") for text in column])
                for column in texts.T
            ],
            axis=1,
        )


def fit(
    captions: Captions, data: Sequence[Path], num_beams: int, dev: Dev
) -> tuple[Reranker, list[Choice], list[Detected]]:
    """Return the reranker that is best on dev, all that were tried, and the words that
    have detectors.

    Args:
        captions: the task of a run, its frozen encoder not attached.
        data: prepared data sets, from whose train splits it learns.
        num_beams: hypotheses that are re-ranked.
        dev: what chooses.

    Raises:
        BadInput: a data set is not whole, or of another kind.
    """
    size = len(captions.vocabulary)
    images = [r.mean(axis=1) for one in data for r in _regions(captions, one, "train")]
    words = _words(captions, data)
    references = references_of(words, size)
    ridge = Ridge(np.concatenate(images), references, size, min(MIN_PICTURES))
    detectors, detected = fit_detectors(ridge.inputs, words, captions.vocabulary.words)
    weights = ridge.weights(STRENGTHS[0])
    # Of any reranker the search finds the same captions, in another order.
    any_of_them = ridge.reranker(weights, max(MIN_PICTURES), num_beams, detectors)
    token_ids, _ = dev.search(num_beams, any_of_them)
    true = dev.cider_d(token_ids)
    best, tried = None, []
    for strength in STRENGTHS:
        weights = ridge.weights(strength)
        for min_pictures in MIN_PICTURES:
            reranker = ridge.reranker(weights, min_pictures, num_beams, detectors)
            chosen = _expected(token_ids, dev.images, reranker).argmax(axis=1)
            cider_d = float(np.take_along_axis(true, chosen[:, None], axis=1).mean())
            if not tried or cider_d > max(one.cider_d for one in tried):
                best = reranker
            tried.append(Choice(min_pictures, strength, len(reranker.keys), cider_d))
    return best, tried, detected


def compare(reranker: Reranker, dev: Dev) -> list[Comparison]:
    """Return what re-ranking gives on dev, and what it costs, by `BEAMS`."""
    found = []
    for num_beams in BEAMS:
        scores, rates = [], []
        for each in (None, reranker):
            token_ids, rate = dev.search(num_beams, each)
            rates.append(rate)
            scores.append(float(dev.cider_d(token_ids[:, :1]).mean()))
        found.append(Comparison(num_beams, *scores, *rates))
    return found


def _expected(token_ids, images, reranker: Reranker) -> np.ndarray:
    """Return the expected CIDEr-D of captions, ``(images, beams)``."""
    starts = range(0, len(images), BATCH_SIZE)
    return np.concatenate(
        [
            expected_cider_d(
                token_ids[first : first + BATCH_SIZE],
                images[first : first + BATCH_SIZE],
                reranker,
                TOKENS,
            )
            for first in starts
        ]
    )


def _words(captions: Captions, data: Sequence[Path]) -> list[list[list[int]]]:
    """Return the token ids of the words of each picture's training captions."""
    texts = [each for one in data for each in load_captions(one, "train").captions]
    token_ids = tokenized(texts, captions.vocabulary, _LONGEST).to_list()
    return [
        [[i for i in ids if i not in (START, END)] for ids in each]
        for each in token_ids
    ]


def _regions(captions: Captions, data: Path, split: str) -> Iterator[np.ndarray]:
    """Yield the regions of a split, some pictures at a time: float32 ``(some, regions,
    region_dim)``."""
    rows = cached_rows(captions.config, data, split, encoder=captions.encoder)

    @tf.function(autograph=False, reduce_retracing=True)
    def encode(inputs):
        return tf.cast(captions.model.encode(inputs), tf.float32)

    for batch in _batches(rows, f"regions of {split}"):
        yield encode(tf.constant(batch)).numpy()


def _batches(rows: np.ndarray, label: str) -> Iterator[np.ndarray]:
    starts = range(0, len(rows), BATCH_SIZE)
    for first in progress(starts, label=label, unit="batches"):
        yield rows[first : first + BATCH_SIZE]
