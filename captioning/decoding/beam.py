"""Beam search: the best hypotheses compete at every step."""

from typing import Any

import tensorflow as tf

from captioning.decoding.search import (
    NEVER,
    Hypotheses,
    Progress,
    Step,
    Tokens,
    append,
    ban,
    run,
    start,
)


def beam_search(
    step: Step,
    initial_state: Any,
    tokens: Tokens,
    *,
    num_beams: int,
    max_length: int,
    length_penalty: float = 1.0,
) -> Hypotheses:
    """Keep the `num_beams` best hypotheses at every step.

    A finished hypothesis is frozen: it keeps its score and its place among the beams
    until better ones push it out. All compete by log probability / length **
    length_penalty (Wu et al. 2016, eq. 14, without its constants), at each step and at
    the end, so a longer caption is not punished for being longer.

    Args:
        step: see `decoding.search`.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, num_beams, ...)``.
        num_beams: hypotheses kept, and returned.
        max_length: words at most, END among them.
        length_penalty: 0 compares log probabilities, 1 their mean per word.
    """
    progress = start(initial_state, tokens, num_beams, max_length)
    # All beams start alike; only the first may branch, or each would be found K times.
    first_only = tf.one_hot(0, num_beams, on_value=0.0, off_value=NEVER)
    progress = progress._replace(log_probs=progress.log_probs + first_only)

    def advance(p: Progress) -> Progress:
        # The best K of all beams lie among each beam's own best K.
        log_probs, words, state = _best_words(step, p, tokens, num_beams)
        width = words.shape[-1]
        lengths = p.lengths + tf.cast(~p.finished, tf.float32)
        candidates = p.log_probs[..., None] + log_probs  # (batch, beams, width)
        ranks = candidates / (lengths**length_penalty)[..., None]
        ranks, words, candidates = (
            tf.reshape(tensor, (-1, num_beams * width))
            for tensor in (ranks, words, candidates)
        )
        _, chosen = tf.math.top_k(ranks, num_beams)  # (batch, beams)
        parents = chosen // width

        def take(tensor):
            return tf.gather(tensor, parents, batch_dims=1)

        words = tf.gather(words, chosen, batch_dims=1)
        candidates = tf.gather(candidates, chosen, batch_dims=1)
        p = p._replace(
            token_ids=take(p.token_ids),
            finished=take(p.finished),
            state=tf.nest.map_structure(take, state),
        )
        return append(p, words, candidates, take(lengths), tokens)

    return run(advance, progress, length_penalty)


def _best_words(step, p: Progress, tokens: Tokens, count: int):
    """The best of `next_log_probs` ``(batch, beams, count or fewer)``, and their ids.

    Within a hypothesis the best words are those of the largest logits, so that the
    vocabulary is gone through for its sum and its largest, and for nothing else.
    """
    logits, state = step(p.last, p.state)
    logits = tf.cast(logits, tf.float32)
    size = logits.shape[-1]
    total = tf.reduce_logsumexp(logits, axis=-1, keepdims=True)
    best, words = tf.math.top_k(logits + ban(tokens, size), min(count, size))
    finished = p.finished[..., None]
    only_pad = tf.one_hot(0, words.shape[-1], on_value=0.0, off_value=NEVER)
    return (
        tf.where(finished, only_pad, best - total),
        tf.where(finished, tokens.pad, words),
        state,
    )
