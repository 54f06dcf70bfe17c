"""The captioner of stock Keras layers computes the same as ours."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.performance.keras_captioner import training_step
from captioning.tasks.captions.loss import captioning_loss
from captioning.training.optimizer import build_optimizer
from data_prep.text.special_tokens import PAD


def test_the_keras_captioner_computes_what_ours_computes(both):
    ours, stock, batch = both
    inputs = batch.token_ids[:, :-1]
    regions = tf.gather(batch.inputs, batch.caption_to_image)
    expected = ours({"images": regions, "token_ids": inputs})
    found = stock(regions, inputs)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_keras_captioner_learns_by_the_same_loss(both):
    ours, stock, batch = both
    optimizer = build_optimizer(stock.config, 100)
    optimizer.build(stock.trainable_variables)
    step = training_step(stock, optimizer, PAD)
    expected = captioning_loss(
        ours, batch, stock.config.regularization.label_smoothing, training=False
    )
    regions = tf.gather(batch.inputs, batch.caption_to_image)
    first = float(step(regions, batch.token_ids))
    assert first == pytest.approx(float(expected), rel=1e-5)
    for _ in range(20):
        last = float(step(regions, batch.token_ids))
    assert last < first
