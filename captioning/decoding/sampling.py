"""Greedy search and sampling: hypotheses that do not compete."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from captioning.decoding.search import (
    NEVER,
    Hypotheses,
    Progress,
    Step,
    Tokens,
    append,
    next_log_probs,
    run,
    start,
)


def greedy_search(
    step: Step, initial_state: Any, tokens: Tokens, *, max_length: int
) -> Hypotheses:
    """Take the likeliest word at every step; one hypothesis per row of the state.

    Args:
        step: see `decoding.search`.
        initial_state: nest of ``(batch, 1, ...)``.
        max_length: words at most, END among them.
    """

    def choose(p: Progress, log_probs: tf.Tensor) -> tf.Tensor:
        return tf.argmax(log_probs, axis=-1, output_type=tf.int32)

    return _walk(step, initial_state, tokens, choose, 1, max_length)


def sample(
    step: Step,
    initial_state: Any,
    tokens: Tokens,
    *,
    num_samples: int,
    max_length: int,
    seed: Sequence[int],
    temperature: float = 1.0,
    top_p: float = 1.0,
) -> Hypotheses:
    """Draw words from the model's distribution; the samples are in no order.

    Args:
        step: see `decoding.search`.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, num_samples, ...)``.
        num_samples: hypotheses per row.
        max_length: words at most, END among them.
        seed: two integers; the same seed draws the same words.
        temperature: divides the log probabilities; below 1 sharpens.
        top_p: draw from the smallest set of words that together have at least this
            probability (Holtzman et al. 2020).
    """

    def choose(p: Progress, log_probs: tf.Tensor) -> tf.Tensor:
        logits = log_probs / temperature
        if top_p < 1.0:
            logits = _nucleus(logits, top_p)
        step_seed = tf.random.experimental.stateless_fold_in(seed, p.time)
        shape = tf.shape(logits)
        drawn = tf.random.stateless_categorical(
            tf.reshape(logits, (-1, shape[-1])), 1, step_seed, dtype=tf.int32
        )
        return tf.reshape(drawn, shape[:-1])

    return _walk(step, initial_state, tokens, choose, num_samples, max_length)


def _nucleus(logits: tf.Tensor, top_p: float) -> tf.Tensor:
    probabilities = tf.nn.softmax(logits)
    ordered = tf.sort(probabilities, direction="DESCENDING")
    before = tf.cumsum(ordered, axis=-1, exclusive=True)
    # The least probable word that is still needed to reach top_p sets the limit.
    kept = tf.where(before < top_p, ordered, tf.ones_like(ordered))
    limit = tf.reduce_min(kept, axis=-1, keepdims=True)
    return tf.where(probabilities >= limit, logits, NEVER)


def _walk(step, initial_state, tokens, choose, width, max_length) -> Hypotheses:
    def advance(p: Progress) -> Progress:
        log_probs, state = next_log_probs(step, p, tokens)
        words = choose(p, log_probs)
        gained = tf.gather(log_probs, words, batch_dims=2)
        lengths = p.lengths + tf.cast(~p.finished, tf.float32)
        p = p._replace(state=state)
        return append(p, words, p.log_probs + gained, lengths, tokens)

    progress = start(initial_state, tokens, width, max_length)
    return run(advance, progress, length_penalty=1.0)
