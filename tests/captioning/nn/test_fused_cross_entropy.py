"""Fused cross-entropy against the loss of all logits at once."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.fused_cross_entropy import CHUNK, fused_cross_entropy
from captioning.nn.losses import token_cross_entropy


def random_readout(num_tokens, vocabulary_size=11, width=5):
    random = np.random.default_rng(3)
    return (
        tf.constant(random.normal(size=(num_tokens, width))),
        tf.constant(random.integers(0, vocabulary_size, num_tokens), tf.int32),
        tf.constant(random.normal(size=(vocabulary_size, width))),
        tf.constant(random.normal(size=vocabulary_size)),
    )


# Part of a chunk, one chunk, one and a part, several.
@pytest.mark.parametrize("num_tokens", [1, CHUNK, CHUNK + 3, 3 * CHUNK])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_gradients_equal_those_of_all_logits_at_once(
    num_tokens, smoothing, weighted
):
    hidden, labels, embeddings, bias = random_readout(num_tokens)
    weights = None
    if weighted:  # of any sign
        weights = tf.constant(np.random.default_rng(4).normal(size=num_tokens))
    learned = [hidden, embeddings, bias]

    def all_at_once():
        logits = tf.matmul(hidden, embeddings, transpose_b=True) + bias
        losses = tf.nn.softmax_cross_entropy_with_logits(
            (1 - smoothing) * tf.one_hot(labels, 11, dtype=tf.float64) + smoothing / 11,
            logits,
        )
        # The loss in float32 is the same.
        in_float32 = token_cross_entropy(labels, logits, smoothing)
        np.testing.assert_allclose(in_float32, losses, rtol=1e-5)
        return tf.reduce_mean(losses if weights is None else weights * losses)

    def in_chunks():
        return fused_cross_entropy(hidden, labels, embeddings, bias, smoothing, weights)

    def value_and_gradients(loss_of):
        with tf.GradientTape() as tape:
            tape.watch(learned)
            loss = 7.0 * loss_of()  # so that the gradient from above is not 1
        return [loss, *tape.gradient(loss, learned)]

    for one, other in zip(
        value_and_gradients(in_chunks), value_and_gradients(all_at_once), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-9)


def test_without_tokens_loss_and_gradient_are_zero():
    hidden, labels, embeddings, bias = random_readout(0)
    with tf.GradientTape() as tape:
        tape.watch(embeddings)
        loss = tf.function(fused_cross_entropy)(hidden, labels, embeddings, bias, 0.1)
    assert loss == 0
    assert not np.any(tape.gradient(loss, embeddings))
