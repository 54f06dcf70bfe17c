"""Which reranker, chosen on dev; and what re-ranking gives there."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from captioning.decoding import Reranker, expected_cider_d
from captioning.models.captioner import TOKENS
from captioning.tasks.caption_scores import SplitCiderD
from captioning.tasks.captions.generation import (
    BATCH_SIZE,
    NO_REPEAT_NGRAM_SIZE,
    caption_rows,
)
from captioning.tasks.captions.reranker_fitting import References, Ridge, references_of
from captioning.tasks.captions.task import Captions
from captioning.tasks.image_encoding import cached_rows
from data_prep.console import progress
from data_prep.pipeline.images import tokenized
from data_prep.prepared.captions import load_captions
from data_prep.text.special_tokens import END, START

STRENGTHS = (0.1, 0.3, 1.0)
MIN_PICTURES = (10, 20)
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
    """Captions of dev by one number of beams: CIDEr-D, and photos a second, from rows
    that are there; in the order of the search, and re-ranked."""

    num_beams: int
    before: float
    after: float
    rate_before: float
    rate_after: float


def fit(
    captions: Captions, data: Sequence[Path], num_beams: int
) -> tuple[Reranker, list[Choice]]:
    """Return the reranker that is best on dev, and all that were tried.

    Args:
        captions: the task of a run, its frozen encoder not attached.
        data: prepared data sets: it learns from the train splits of all, and the dev
            split of the first chooses.
        num_beams: hypotheses that are re-ranked.

    Raises:
        BadInput: a data set is not whole, or of another kind.
    """
    size = len(captions.vocabulary)
    images = np.concatenate([mean_regions(captions, each, "train") for each in data])
    references = _references(captions, data)
    ridge = Ridge(images, references, size, min(MIN_PICTURES))
    dev = _Candidates(captions, data[0], num_beams)
    best, tried = None, []
    for strength in STRENGTHS:
        weights = ridge.weights(strength)
        for min_pictures in MIN_PICTURES:
            reranker = ridge.reranker(weights, min_pictures, num_beams)
            cider_d = dev.cider_d(reranker)
            if not tried or cider_d > max(one.cider_d for one in tried):
                best = reranker
            tried.append(Choice(min_pictures, strength, len(reranker.keys), cider_d))
    return best, tried


def _references(captions: Captions, data: Sequence[Path]) -> References:
    """Return the n-grams of the training captions of data sets."""
    texts = [each for one in data for each in load_captions(one, "train").captions]
    token_ids = tokenized(texts, captions.vocabulary, _LONGEST).to_list()
    words = [
        [[i for i in ids if i not in (START, END)] for ids in each]
        for each in token_ids
    ]
    return references_of(words, len(captions.vocabulary))


def mean_regions(captions: Captions, data: Path, split: str) -> np.ndarray:
    """Return the mean of each picture's regions, float32 ``(images, region_dim)``."""
    rows = cached_rows(captions.config, data, split, encoder=captions.encoder)

    @tf.function(autograph=False, reduce_retracing=True)
    def mean(inputs):
        regions = captions.model.encode(inputs)
        return tf.reduce_mean(tf.cast(regions, tf.float32), axis=1)

    batches = _batches(rows, f"regions of {split}")
    return np.concatenate([mean(tf.constant(batch)).numpy() for batch in batches])


class _Candidates:
    """What the search finds about the pictures of dev, and the CIDEr-D of each."""

    def __init__(self, captions: Captions, data: Path, num_beams: int):
        rows = cached_rows(captions.config, data, "dev", encoder=captions.encoder)
        options = captions.config.search

        @tf.function(autograph=False, reduce_retracing=True)
        def find(inputs):
            found = captions.model.beam_search(
                inputs,
                TOKENS,
                num_beams=num_beams,
                max_length=options.max_length,
                length_penalty=options.length_penalty,
                no_repeat_ngram_size=NO_REPEAT_NGRAM_SIZE,
            )
            return found.token_ids, captions.vocabulary.decode(found.token_ids)

        found = [find(tf.constant(batch)) for batch in _batches(rows, "dev captions")]
        token_ids, texts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        self._token_ids = token_ids  # (images, beams, time)
        cider_d = SplitCiderD(load_captions(data, "dev"))
        texts = [[text.decode("utf-8") for text in row] for row in texts]
        columns = zip(*texts, strict=True)
        self._cider_d = np.stack([cider_d.of_each(c) for c in columns], axis=1)
        self._images = mean_regions(captions, data, "dev")

    def cider_d(self, reranker: Reranker) -> float:
        """Return the mean CIDEr-D of what a reranker puts first."""
        expected = [
            expected_cider_d(
                self._token_ids[first : first + BATCH_SIZE],
                self._images[first : first + BATCH_SIZE],
                reranker,
                TOKENS,
            )
            for first in range(0, len(self._images), BATCH_SIZE)
        ]
        best = np.concatenate(expected).argmax(axis=1)
        return float(np.take_along_axis(self._cider_d, best[:, None], axis=1).mean())


def _batches(rows: np.ndarray, label: str) -> Iterator[np.ndarray]:
    starts = range(0, len(rows), BATCH_SIZE)
    for first in progress(starts, label=label, unit="batches"):
        yield rows[first : first + BATCH_SIZE]


def compare(captions: Captions, data: Path) -> list[Comparison]:
    """Return what re-ranking gives on dev, and what it costs, by `BEAMS`."""
    rows = cached_rows(captions.config, data, "dev", encoder=captions.encoder)
    cider_d = SplitCiderD(load_captions(data, "dev"))
    found = []
    for num_beams in BEAMS:
        scores, rates = [], []
        for rerank in (False, True):
            caption = captions.captioner(num_beams, rerank=rerank)
            caption_rows(caption, rows[:BATCH_SIZE])  # traces the graph
            start = time.perf_counter()
            said = caption_rows(caption, rows, label=f"dev captions, {num_beams} beams")
            rates.append(len(rows) / (time.perf_counter() - start))
            scores.append(cider_d(said))
        found.append(Comparison(num_beams, *scores, *rates))
    return found
