"""Re-ranking: the expected CIDEr-D of the graph is that of the formula."""

import math
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from captioning import decoding
from captioning.decoding import Hypotheses, Reranker
from captioning.decoding.reranking import _places

VOCABULARY, REGION_DIM, TIME = 9, 5, 8
END, PAD = 2, 0  # of the fixture `tokens`


def key(ngram) -> int:
    return sum((i + 1) * (VOCABULARY + 1) ** place for place, i in enumerate(ngram))


@pytest.fixture
def captions():
    """Token ids ``(2 pictures, 4 beams, time)``; some words are said twice."""
    random = np.random.default_rng(3)
    token_ids = np.full((2, 4, TIME), PAD, np.int32)
    for picture in range(2):
        for beam, length in enumerate((1, 4, 6, TIME)):
            words = random.integers(3, 6, length)
            token_ids[picture, beam, :length] = words
            if length < TIME:
                token_ids[picture, beam, length] = END
    return token_ids


@pytest.fixture
def reranker(captions):
    """Random tables of two thirds of the captions' n-grams."""
    random = np.random.default_rng(4)
    ngrams = sorted({g for row in captions.reshape(-1, TIME) for g in ngrams_of(row)})
    keys = np.sort([key(g) for g in ngrams if random.random() < 2 / 3])
    rows = len(keys) + 1
    weights = random.integers(-31, 32, (rows, REGION_DIM)).astype(np.int8)
    scales = random.random(rows) / 30
    weights[-1], scales[-1] = 0, 0
    return Reranker(
        keys=keys,
        idf=(1 + random.random(rows)).astype(np.float32),
        weights=weights,
        scales=scales.astype(np.float32),
        biases=np.append(random.random(rows - 1), 0).astype(np.float32),
        mean=random.random(REGION_DIM).astype(np.float32),
        # Its inverse has eleven bits, so that it is not rounded.
        deviation=np.float32(1) / random.uniform(0.5, 1, REGION_DIM).astype(np.float16),
        length_factors=random.random(6).astype(np.float32),
        vocabulary_size=np.int64(VOCABULARY),
        num_beams=np.int64(4),
        detected=np.array([3], np.int32),
        detector_weights=random.random((1, REGION_DIM)).astype(np.float32),
        detector_margins=np.array([-0.5], np.float32),
    )


def ngrams_of(row) -> list[tuple]:
    """Return the n-grams of a caption's words."""
    words = [i for i in row.tolist() if i not in (PAD, END)]
    return [
        tuple(words[i : i + n]) for n in (1, 2, 3, 4) for i in range(len(words) - n + 1)
    ]


def expected(row, image, reranker: Reranker) -> float:
    """Return the expected CIDEr-D of one caption, from dicts."""
    row_of = {k: i for i, k in enumerate(reranker.keys.tolist())}
    standardised = (image - reranker.mean) / reranker.deviation
    total = 0.0
    for n in (1, 2, 3, 4):
        counts = Counter(g for g in ngrams_of(row) if len(g) == n)
        norm, agreement = 0.0, 0.0
        for ngram, times in counts.items():
            i = row_of.get(key(ngram), len(row_of))
            weight = times * reranker.idf[i]
            predicted = reranker.scales[i] * reranker.weights[i] @ standardised
            agreement += weight * (predicted + reranker.biases[i])
            norm += weight**2
        if norm:
            total += agreement / math.sqrt(norm)
    num_words = sum(i not in (PAD, END) for i in row)
    factor = reranker.length_factors[min(num_words, 5)]
    return 10 * factor * total / 4


@pytest.fixture
def images():
    return np.random.default_rng(5).random((2, REGION_DIM)).astype(np.float32)


def test_the_graph_computes_the_formula(captions, images, reranker, tokens):
    found = decoding.expected_cider_d(captions, images, reranker, tokens).numpy()
    for picture in range(2):
        for beam in range(4):
            row, image = captions[picture, beam], images[picture]
            naive = expected(row, image, reranker)
            assert found[picture, beam] == pytest.approx(naive, rel=1e-4, abs=1e-5)


def test_hypotheses_are_put_in_order_with_all_that_is_theirs(
    captions, images, reranker, tokens
):
    scores = np.array([[-0.1, -0.2, -0.3, -0.4], [-0.1, -0.2, -0.3, -1e9]], np.float32)
    own = Hypotheses(captions, scores, (scores[..., None], captions))
    found = decoding.rerank(own, images, reranker, tokens)
    for picture in range(2):
        naive = [expected(row, images[picture], reranker) for row in captions[picture]]
        if picture == 1:
            naive[3] = -math.inf  # the search found only three
        order = np.argsort(naive)[::-1]
        for before, after in (
            (captions, found.token_ids),
            (scores, found.scores),
            (scores, found.state[0][..., 0]),
            (captions, found.state[1]),
        ):
            np.testing.assert_array_equal(after[picture], before[picture][order])


def test_detectors_see_the_standardised_picture(images, reranker):
    bias = decoding.undetected(images, reranker).numpy()
    standardised = (images - reranker.mean) / reranker.deviation
    found = standardised @ reranker.detector_weights[0] - 0.5
    np.testing.assert_array_equal(bias[:, 3] < 0, found < 0)
    assert not np.delete(bias, 3, axis=1).any()


def test_files_keep_detectors_and_older_ones_have_none(reranker, monkeypatch):
    kept = Reranker.from_bytes(reranker.to_bytes())
    for array, other in zip(kept, reranker.rounded(), strict=True):
        np.testing.assert_array_equal(array, other)
    older = {k: v for k, v in reranker._asdict().items() if "detect" not in k}
    monkeypatch.setattr(Reranker, "_asdict", lambda self: older)
    found = Reranker.from_bytes(reranker.to_bytes())
    assert found.detected.shape == (0,) and found.num_beams == 4
    assert decoding.undetected(np.zeros((2, REGION_DIM)), found) is None


@pytest.mark.parametrize("size", (0, 1, 2, 7, 8, 9))
def test_keys_are_looked_up_as_in_a_dict(size):
    table = np.sort(np.random.default_rng(size).choice(30, size, replace=False))
    table = table.astype(np.int64) * 10**11
    place_of = {k: i for i, k in enumerate(table.tolist())}
    keys = np.arange(-1, 31, dtype=np.int64).reshape(1, 2, -1) * 10**11
    expected = [place_of.get(k, size) for k in keys.ravel().tolist()]
    found = _places(tf.constant(keys), table)
    np.testing.assert_array_equal(tf.reshape(found, [-1]), expected)
