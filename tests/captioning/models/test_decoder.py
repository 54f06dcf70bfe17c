"""The decoder: whole captions and single steps agree; masks and word dropout."""

import numpy as np
import pytest
import tensorflow as tf


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_call_equals_step_unrolled(cell, small_captioner, random_batch, of_keras):
    captioner = small_captioner(cell)
    batch = random_batch()
    logits = captioner(of_keras(batch))
    decoder = captioner.decoder
    memory = decoder.read_regions(batch.inputs)
    # The two captions of a picture as two beams.
    states = [
        tf.repeat(state[:, None], 2, axis=1) for state in decoder.initial_state(memory)
    ]
    token_ids = tf.reshape(batch.token_ids, (3, 2, -1))
    for t in range(token_ids.shape[-1]):
        step_logits, states = decoder.step(token_ids[..., t], states, memory)
        np.testing.assert_allclose(
            tf.reshape(step_logits, (6, 11)), logits[:, t], atol=1e-5
        )


def test_attention_is_returned_and_sums_to_one(small_captioner, random_batch):
    batch = random_batch()
    hidden, weights = small_captioner().hidden(*batch[:3])
    assert hidden.shape == (6, 8 + 1, 16)
    assert weights.shape == (6, 8 + 1, 6)
    np.testing.assert_allclose(tf.reduce_sum(weights, axis=-1), 1, rtol=1e-5)


def test_a_dropped_word_has_no_influence(small_captioner, random_batch):
    decoder = small_captioner(word_dropout=0.5).decoder
    memory = decoder.read_regions(random_batch(num_images=1).inputs)
    memory = tf.nest.map_structure(lambda one: tf.repeat(one, 40, axis=0), memory)

    def outcomes(word, training):
        logits = decoder(tf.fill((40, 1), word), memory, training=training)
        return {tuple(row) for row in np.round(logits[:, 0], 4)}

    read, other = outcomes(4, training=True), outcomes(5, training=True)
    assert (len(read), len(other), len(read & other)) == (2, 2, 1)
    read, other = outcomes(4, training=False), outcomes(5, training=False)
    assert (len(read), len(other), len(read & other)) == (1, 1, 0)


def test_masked_regions_change_nothing(small_captioner, random_batch):
    decoder = small_captioner().decoder
    batch = random_batch(captions_each=1)
    real = 4
    mask = tf.repeat(tf.range(6)[None] < real, 3, axis=0)
    np.testing.assert_allclose(
        decoder(batch.token_ids, decoder.read_regions(batch.inputs, mask=mask)),
        decoder(batch.token_ids, decoder.read_regions(batch.inputs[:, :real])),
        atol=1e-5,
    )


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_with_a_mask_hidden_returns_the_masked_positions(
    cell, small_captioner, random_batch
):
    captioner = small_captioner(cell)
    batch = random_batch()
    mask = tf.sequence_mask([9, 3, 0, 1, 8, 5], 9)
    expected, _ = captioner.hidden(*batch[:3])
    found, _ = captioner.hidden(*batch[:3], mask=mask)
    np.testing.assert_allclose(found, expected[mask], atol=1e-6)
