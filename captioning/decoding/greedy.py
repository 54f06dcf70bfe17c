"""Greedy search: the most probable token at every step."""

from typing import Any

import tensorflow as tf

from captioning.decoding.search import (
    Hypotheses,
    SpecialTokens,
    Step,
    run_independently,
)


def greedy_search(
    step: Step, initial_state: Any, tokens: SpecialTokens, *, max_length: int
) -> Hypotheses:
    """Return one hypothesis for each row, with the most probable token at every step.

    Args:
        step: see `decoding.search`.
        initial_state: nest of ``(batch, 1, ...)``.
        tokens: the special tokens.
        max_length: tokens at most, END among them.
    """

    def choose(time, log_probs: tf.Tensor) -> tf.Tensor:
        return tf.argmax(log_probs, axis=-1, output_type=tf.int32)

    return run_independently(step, initial_state, tokens, choose, 1, max_length)
