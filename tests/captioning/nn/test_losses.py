"""The cross-entropies against their definitions."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.losses import (
    related_cross_entropy,
    tag_cross_entropy,
    token_cross_entropy,
    verdict_cross_entropy,
)


def test_equal_logits_have_the_loss_log_v():
    loss = token_cross_entropy(np.array([0, 3]), np.zeros((2, 7)))
    np.testing.assert_allclose(loss, np.log(7), rtol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_tokens_equal_the_one_hot_definition(smoothing):
    random = np.random.default_rng(4)
    logits = random.normal(size=(6, 5)) * 3
    labels = np.array([0, 1, 2, 3, 4, 4])
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    target = (1 - smoothing) * np.eye(5)[labels] + smoothing / 5
    expected = -(target * log_p).sum(axis=-1)
    np.testing.assert_allclose(
        token_cross_entropy(labels, logits, smoothing), expected, rtol=1e-5
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_verdict_of_a_person_is_a_token(smoothing):
    logits, labels = (
        np.random.default_rng(5).normal(size=(4, 2)),
        np.array([0, 1, 1, 0]),
    )
    np.testing.assert_allclose(
        verdict_cross_entropy(labels, logits, smoothing),
        token_cross_entropy(labels, logits, smoothing),
        rtol=1e-6,
    )


def test_a_verdict_of_a_model_is_a_distribution():
    logits = np.random.default_rng(6).normal(size=(2, 2))
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    expected = [-(0.75 * np.log(n) + 0.25 * np.log(y)) for n, y in p]
    np.testing.assert_allclose(
        verdict_cross_entropy(np.array([0.25, 0.25]), logits), expected, rtol=1e-5
    )


def test_tags_equal_the_sum_of_binary_cross_entropies():
    random = np.random.default_rng(6)
    logits = random.normal(size=(4, 5)) * 3
    truth = random.random((4, 5))  # shares of people, and
    truth[:2] = truth[:2] > 0.5  # plain yes and no
    p = 1 / (1 + np.exp(-logits))
    expected = -(truth * np.log(p) + (1 - truth) * np.log(1 - p)).sum(axis=-1)
    np.testing.assert_allclose(tag_cross_entropy(truth, logits), expected, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_related_words_share_the_probability_in_proportion_to_their_counts(smoothing):
    random = np.random.default_rng(7)
    logits = random.normal(size=(3, 5)) * 3
    counts = np.array([[4, 0, 0, 1, 0], [0, 1, 0, 0, 0], [1, 1, 1, 1, 1]])
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    shares = counts / counts.sum(axis=-1, keepdims=True)
    target = (1 - smoothing) * shares + smoothing / 5
    expected = -(target * log_p).sum(axis=-1)
    np.testing.assert_allclose(
        related_cross_entropy(counts, logits, smoothing), expected, rtol=1e-5
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_excluded_words_are_left_out_of_the_softmax(smoothing):
    random = np.random.default_rng(8)
    logits, counts = random.normal(size=(4, 5)) * 3, random.integers(0, 3, (4, 5))
    excluded = np.zeros((4, 5), bool)
    excluded[:, [1, 3]] = True
    counts[:, 0] = 1
    left = ~excluded[0]
    np.testing.assert_allclose(
        related_cross_entropy(counts, logits, smoothing, excluded=excluded),
        related_cross_entropy(counts[:, left], logits[:, left], smoothing),
        rtol=1e-5,
    )


def test_one_related_word_equals_a_token():
    logits = np.random.default_rng(1).normal(size=(3, 5))
    np.testing.assert_allclose(
        related_cross_entropy(np.eye(5)[[4, 0, 2]], logits, 0.1),
        token_cross_entropy(np.array([4, 0, 2]), logits, 0.1),
        rtol=1e-5,
    )


def test_without_a_target_word_loss_and_gradient_are_zero():
    logits = tf.constant(np.random.default_rng(1).normal(size=(2, 5)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = related_cross_entropy(np.eye(2, 5) * [[1], [0]], logits, 0.1)
    gradient = tape.gradient(loss, logits)
    assert loss[0] > 0 and loss[1] == 0
    assert np.any(gradient[0] != 0) and not np.any(gradient[1] != 0)
