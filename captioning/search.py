"""Search: from a step function to whole sequences, in-graph and batched.

Nothing here knows a model. A step function maps the last word of each hypothesis,
and its state, to the logits of the next word:

    step(token_ids (batch, beams), state) -> logits (batch, beams, vocabulary), state

where every tensor of `state` has the axes ``(batch, beams, ...)``. Greedy search and
sampling keep their hypotheses apart; beam search makes them compete.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

Step = Callable[[tf.Tensor, Any], tuple[tf.Tensor, Any]]


class Tokens(NamedTuple):
    """The ids that search must know.

    Attributes:
        start: what a sequence starts with; never part of the result.
        end: what finishes a sequence; part of the result and of its score.
        pad: what fills the result behind `end`.
        banned: ids that are never chosen, such as UNK.
    """

    start: int
    end: int
    pad: int
    banned: Sequence[int] = ()


class Hypotheses(NamedTuple):
    """What search found, best first along the beams.

    Attributes:
        token_ids: int32 ``(batch, beams, max_length)``, padded behind END.
        scores: float32 ``(batch, beams)``, the log probability divided by
            length ** length_penalty, where the length counts END.
    """

    token_ids: tf.Tensor
    scores: tf.Tensor


class _Progress(NamedTuple):
    """The loop's state.

    Attributes:
        time: int32 (), words chosen so far.
        token_ids: int32 ``(batch, beams, max_length)``.
        last: int32 ``(batch, beams)``, the words chosen last.
        log_probs: float32 ``(batch, beams)``, of the whole hypothesis.
        lengths: float32 ``(batch, beams)``, words so far, END among them.
        finished: bool ``(batch, beams)``, END was chosen.
        state: the step function's.
    """

    time: tf.Tensor
    token_ids: tf.Tensor
    last: tf.Tensor
    log_probs: tf.Tensor
    lengths: tf.Tensor
    finished: tf.Tensor
    state: Any


def beam(
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
        step: see the module.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, num_beams, ...)``.
        num_beams: hypotheses kept, and returned.
        max_length: words at most, END among them.
        length_penalty: 0 compares log probabilities, 1 their mean per word.
    """
    progress = _start(initial_state, tokens, num_beams, max_length)
    # All beams start alike; only the first may branch, or each would be found K times.
    first_only = tf.one_hot(0, num_beams, on_value=0.0, off_value=-1e9)
    progress = progress._replace(log_probs=progress.log_probs + first_only)

    def advance(p: _Progress) -> _Progress:
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
        return _append(p, words, candidates, take(lengths), tokens)

    return _run(advance, progress, length_penalty)


def greedy(
    step: Step, initial_state: Any, tokens: Tokens, *, max_length: int
) -> Hypotheses:
    """Take the likeliest word at every step; one hypothesis per row of the state.

    Args:
        step: see the module.
        initial_state: nest of ``(batch, 1, ...)``.
        max_length: words at most, END among them.
    """

    def choose(p: _Progress, log_probs: tf.Tensor) -> tf.Tensor:
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
        step: see the module.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, num_samples, ...)``.
        num_samples: hypotheses per row.
        max_length: words at most, END among them.
        seed: two integers; the same seed draws the same words.
        temperature: divides the log probabilities; below 1 sharpens.
        top_p: draw from the smallest set of words that together have at least this
            probability (Holtzman et al. 2020).
    """

    def choose(p: _Progress, log_probs: tf.Tensor) -> tf.Tensor:
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
    return tf.where(probabilities >= limit, logits, -1e9)


def _walk(step, initial_state, tokens, choose, width, max_length) -> Hypotheses:
    def advance(p: _Progress) -> _Progress:
        log_probs, state = _next_log_probs(step, p, tokens)
        words = choose(p, log_probs)
        gained = tf.gather(log_probs, words, batch_dims=2)
        lengths = p.lengths + tf.cast(~p.finished, tf.float32)
        p = p._replace(state=state)
        return _append(p, words, p.log_probs + gained, lengths, tokens)

    progress = _start(initial_state, tokens, width, max_length)
    return _run(advance, progress, length_penalty=1.0)


def _start(initial_state, tokens, width, max_length) -> _Progress:
    def widen(tensor):
        if tensor.shape[1] == width:
            return tensor
        return tf.repeat(tensor, width, axis=1)

    batch = tf.shape(tf.nest.flatten(initial_state)[0])[0]
    return _Progress(
        time=tf.constant(0),
        token_ids=tf.fill((batch, width, max_length), tokens.pad),
        last=tf.fill((batch, width), tokens.start),
        log_probs=tf.zeros((batch, width)),
        lengths=tf.zeros((batch, width)),
        finished=tf.zeros((batch, width), tf.bool),
        state=tf.nest.map_structure(widen, initial_state),
    )


def _next_log_probs(step, p: _Progress, tokens: Tokens):
    """Log probabilities ``(batch, beams, vocabulary)``; a finished one can only pad."""
    logits, state = step(p.last, p.state)
    log_probs = tf.nn.log_softmax(tf.cast(logits, tf.float32))
    size = log_probs.shape[-1]
    log_probs += ban(tokens, size)
    only_pad = tf.one_hot(tokens.pad, size, on_value=0.0, off_value=-1e9)
    return tf.where(p.finished[..., None], only_pad, log_probs), state


def _best_words(step, p: _Progress, tokens: Tokens, count: int):
    """The best of `_next_log_probs` ``(batch, beams, count or fewer)``, and their ids.

    Within a hypothesis the best words are those of the largest logits, so that the
    vocabulary is gone through for its sum and its largest, and for nothing else.
    """
    logits, state = step(p.last, p.state)
    logits = tf.cast(logits, tf.float32)
    size = logits.shape[-1]
    total = tf.reduce_logsumexp(logits, axis=-1, keepdims=True)
    best, words = tf.math.top_k(logits + ban(tokens, size), min(count, size))
    finished = p.finished[..., None]
    only_pad = tf.one_hot(0, words.shape[-1], on_value=0.0, off_value=-1e9)
    return (
        tf.where(finished, only_pad, best - total),
        tf.where(finished, tokens.pad, words),
        state,
    )


def ban(tokens: Tokens, size: int):
    """Return what is added to logits ``(..., size)`` so that banned ids are never
    chosen, float32 ``(size,)``."""
    return -1e9 * tf.reduce_sum(tf.one_hot(list(tokens.banned), size), axis=0)


def _append(p: _Progress, words, log_probs, lengths, tokens: Tokens) -> _Progress:
    here = tf.one_hot(p.time, tf.shape(p.token_ids)[-1], on_value=True, off_value=False)
    return p._replace(
        time=p.time + 1,
        token_ids=tf.where(here, words[..., None], p.token_ids),
        last=words,
        log_probs=log_probs,
        lengths=lengths,
        finished=p.finished | (words == tokens.end),
    )


def _run(advance, progress: _Progress, length_penalty: float) -> Hypotheses:
    max_length = tf.shape(progress.token_ids)[-1]

    def unfinished(p: _Progress):
        return (p.time < max_length) & ~tf.reduce_all(p.finished)

    def body(p: _Progress):
        return (advance(p),)

    (p,) = tf.while_loop(unfinished, body, (progress,))
    scores = p.log_probs / tf.maximum(p.lengths, 1.0) ** length_penalty
    return Hypotheses(p.token_ids, scores)
