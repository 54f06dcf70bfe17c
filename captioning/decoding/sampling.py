"""Sampling from the model's distribution, with a temperature or from its nucleus."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from captioning.decoding.search import (
    Hypotheses,
    SpecialTokens,
    Step,
    run_independently,
)
from captioning.nn.masking import MASKED_LOGIT


def sample(
    step: Step,
    initial_state: Any,
    tokens: SpecialTokens,
    *,
    num_samples: int,
    max_length: int,
    seed: Sequence[int],
    temperature: float = 1.0,
    top_p: float = 1.0,
) -> Hypotheses:
    """Return sequences drawn from the model's distribution, in no order.

    Args:
        step: see `decoding.search`.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, num_samples, ...)``.
        tokens: the special tokens.
        num_samples: hypotheses for each row.
        max_length: tokens at most, END among them.
        seed: two integers; the same seed draws the same sequences.
        temperature: divides the log probabilities; below 1 sharpens the distribution.
        top_p: draw from the smallest set of tokens that together have at least this
            probability (Holtzman et al. 2020).
    """

    def choose(time, log_probs: tf.Tensor) -> tf.Tensor:
        logits = log_probs / temperature
        if top_p < 1.0:
            logits = _nucleus(logits, top_p)
        step_seed = tf.random.experimental.stateless_fold_in(seed, time)
        shape = tf.shape(logits)
        drawn = tf.random.stateless_categorical(
            tf.reshape(logits, (-1, shape[-1])), 1, step_seed, dtype=tf.int32
        )
        return tf.reshape(drawn, shape[:-1])

    return run_independently(
        step, initial_state, tokens, choose, num_samples, max_length
    )


def _nucleus(logits: tf.Tensor, top_p: float) -> tf.Tensor:
    """Mask all logits but those of the smallest set with probability `top_p`."""
    probabilities = tf.nn.softmax(logits)
    ordered = tf.sort(probabilities, direction="DESCENDING")
    before = tf.cumsum(ordered, axis=-1, exclusive=True)
    # The least probable token of the set is the threshold.
    kept = tf.where(before < top_p, ordered, tf.ones_like(ordered))
    threshold = tf.reduce_min(kept, axis=-1, keepdims=True)
    return tf.where(probabilities >= threshold, logits, MASKED_LOGIT)
