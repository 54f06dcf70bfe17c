"""What one head of a training is trained by: its loss, its batches, its options."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from captioning.tasks.config import TaskConfig


class Objective(NamedTuple):
    """What one head is trained by.

    Attributes:
        model: the head.
        loss: a batch -> its mean loss, float32 ().
        batch_spec: the `element_spec` of the batches, for one trace of any length.
        config: with the options of its optimizer.
        total_steps: how many it will take, where its schedule ends.
        started: whether the first weights are learned ones, worth remembering.
        loss_terms: a batch -> how many terms `loss` is the mean of, float32 (). Needed
            where several devices compute a batch.
    """

    model: keras.Model
    loss: Callable[[Any], tf.Tensor]
    batch_spec: Any
    config: TaskConfig
    total_steps: int
    started: bool = False
    loss_terms: Callable[[Any], tf.Tensor] | None = None
