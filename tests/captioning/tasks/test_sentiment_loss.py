"""The loss of sentiment: the verdict of the whole text, and that of a prefix."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.models.sentiment import SentimentClassifier
from captioning.tasks.config import override
from captioning.tasks.registry import task_class
from captioning.training.loading import shared_cell


def test_a_part_of_the_loss_is_that_of_a_prefix(joint_plans, monkeypatch):
    config, data = joint_plans["sentiment"]
    config = override(config, prefix_weight=0.25, label_smoothing=0.0)
    task = task_class("sentiment").from_data(
        config, data, shared_cell({"sentiment": config})
    )
    # The whole text is judged positive with e / (e + 1), the prefix with 1 / 2.
    whole, prefix = tf.constant([[0.0, 1.0]]), tf.constant([[0.0, 0.0]])
    monkeypatch.setattr(
        SentimentClassifier, "logits_of_prefix", lambda *_, training: (whole, prefix)
    )
    batch = tf.constant([[2, 5, 6]]), tf.constant([1])
    expected = 0.75 * np.log1p(np.exp(-1)) + 0.25 * np.log(2)
    assert float(task.loss(batch)) == pytest.approx(expected, rel=1e-5)
    last = task.model.last_logits(batch[0])
    judged = -tf.nn.log_softmax(last)[0, 1]
    assert float(task.loss(batch, training=False)) == pytest.approx(float(judged))


def test_a_model_that_judged_a_text_is_followed_in_its_doubt(joint_plans):
    config, data = joint_plans["sentiment"]
    task = task_class("sentiment").from_data(
        config, data, shared_cell({"sentiment": config})
    )
    token_ids = tf.constant([[2, 5, 6]])
    log_p = tf.nn.log_softmax(task.model.last_logits(token_ids))[0]
    expected = -(0.7 * log_p[0] + 0.3 * log_p[1])
    loss = task.loss((token_ids, tf.constant([0.3])), training=False)
    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
