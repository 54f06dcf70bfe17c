"""Word detectors: a word that a picture rules out is not said of it."""

import numpy as np
import pytest
import tensorflow as tf

from captioning import decoding
from captioning.decoding.word_detectors import WordDetectors, undetected_bias


@pytest.fixture
def detectors():
    """Of the tokens 4 and 5, in pictures of two numbers."""
    weights = np.array([[1, 0], [2, -1]], np.float32)
    margins = np.array([-0.5, 0.25], np.float32)
    return WordDetectors(np.array([4, 5], np.int32), weights, margins)


def test_words_below_their_threshold_are_masked(detectors):
    pictures = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    found = undetected_bias(tf.constant(pictures), detectors, 6).numpy()
    missing = pictures @ detectors.weights.T + detectors.margins < 0
    assert 0 < missing.sum() < missing.size
    assert not found[:, :4].any()
    np.testing.assert_array_equal(found[:, 4:] < -1e8, missing)
    np.testing.assert_array_equal(found[:, 4:] == 0, ~missing)


def test_beam_search_does_without_them_and_keeps_the_other_scores(
    markov, spelled, tokens
):
    """In the first picture all may be said, in the second no "a"."""
    step, (state,) = markov(
        {
            "$": {"a": 0.6, "b": 0.4},
            "a": {".": 1.0},
            "b": {"a": 0.5, "c": 0.3, ".": 0.2},
            "c": {".": 1.0},
        }
    )
    bias = np.zeros((2, 6), np.float32)
    bias[1, 3] = -1e9
    found = decoding.beam_search(
        step,
        [tf.repeat(state, 2, axis=0)],
        tokens,
        num_beams=2,
        max_length=4,
        length_penalty=0.0,
        bias=tf.constant(bias),
    )
    assert [spelled(row) for row in found.token_ids] == [["a.", "ba."], ["bc.", "b."]]
    probabilities = [[0.6, 0.2], [0.12, 0.08]]
    np.testing.assert_allclose(np.exp(found.scores), probabilities, rtol=1e-5)
