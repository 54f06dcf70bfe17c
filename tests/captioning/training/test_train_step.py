"""Gradient steps of a captioner: what a step learns from, and what it must not."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.tasks.captions.loss import captioning_loss
from data_prep.text.special_tokens import PAD

CELLS = pytest.mark.parametrize("cell", ["elman", "lstm"])


@CELLS
def test_padding_changes_neither_loss_nor_gradient(cell, small_captioner, random_batch):
    captioner = small_captioner(cell)
    batch = random_batch()
    padded = batch._replace(
        token_ids=tf.pad(batch.token_ids, [(0, 0), (0, 5)], constant_values=PAD)
    )

    def loss_and_gradient(batch):
        with tf.GradientTape() as tape:
            loss = captioning_loss(captioner, batch, 0.0, training=True)
        return loss, tape.gradient(loss, captioner.trainable_variables)

    loss, gradient = loss_and_gradient(batch)
    padded_loss, padded_gradient = loss_and_gradient(padded)
    np.testing.assert_allclose(loss, padded_loss, rtol=1e-6)
    for one, other in zip(gradient, padded_gradient, strict=True):
        one, other = tf.convert_to_tensor(one), tf.convert_to_tensor(other)
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_every_weight_learns(small_captioner, random_batch, train_step):
    captioner = small_captioner()
    with tf.GradientTape() as tape:
        loss = captioning_loss(captioner, random_batch(), 0.0, training=True)
    gradient = tape.gradient(loss, captioner.trainable_variables)
    assert len(gradient) == 19
    for slope, variable in zip(gradient, captioner.trainable_variables, strict=True):
        assert np.any(tf.convert_to_tensor(slope) != 0), variable.path


@pytest.mark.parametrize("vocabulary_size", [50, 2500])
def test_the_first_loss_is_log_v(
    vocabulary_size, small_captioner, random_batch, train_step
):
    captioner = small_captioner(vocabulary_size=vocabulary_size)
    batch = random_batch(captions_each=20, vocabulary_size=vocabulary_size)
    loss = captioning_loss(captioner, batch, 0.0, training=True)
    np.testing.assert_allclose(loss, np.log(vocabulary_size), atol=0.1)


@CELLS
def test_a_handful_is_learned_by_heart(
    cell, small_captioner, random_batch, train_step, tokens
):
    captioner = small_captioner(cell)
    learner = train_step(captioner, learning_rate=2e-2, warmup_steps=10)
    batch = random_batch(captions_each=1)
    for _ in range(150):
        learner.step("captions", batch)
    assert captioning_loss(captioner, batch, 0.0, training=False) < 0.05
    found = captioner.greedy_search(batch.inputs, tokens, max_length=9)
    expected = batch.token_ids[:, 1:].numpy()
    said = found.token_ids[:, 0, : expected.shape[1]].numpy()
    np.testing.assert_array_equal(said, expected)


def test_averaged_weights_come_and_go(small_captioner, random_batch, train_step):
    captioner = small_captioner()
    learner = train_step(captioner, average=0.5)
    for _ in range(3):
        learner.step("captions", random_batch())
    trained = captioner.get_weights()
    with learner.averaged_weights():
        averaged = captioner.get_weights()
    again = captioner.get_weights()
    assert any(np.any(a != t) for a, t in zip(averaged, trained, strict=True))
    for now, before in zip(again, trained, strict=True):
        np.testing.assert_array_equal(now, before)


def test_a_short_training_is_not_judged_by_its_first_weights(
    small_captioner, random_batch, train_step
):
    captioner, batch = small_captioner(), random_batch()

    def loss():
        return float(captioning_loss(captioner, batch, 0.0, training=False))

    learner = train_step(captioner, total_steps=40, learning_rate=2e-2)
    untrained = loss()
    for _ in range(40):
        learner.step("captions", batch)
    with learner.averaged_weights():
        assert loss() < 0.25 * untrained
    assert loss() < 0.25 * untrained
