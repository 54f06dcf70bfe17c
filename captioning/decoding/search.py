"""What all searches share: the step contract, the loop over time and its state.

Nothing here knows a model. A step function maps the last word of each hypothesis,
and its state, to the logits of the next word:

    step(token_ids (batch, beams), state) -> logits (batch, beams, vocabulary), state

where every tensor of `state` has the axes ``(batch, beams, ...)``.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

NEVER = -1e9  # a log probability that is never the best; finite, unlike log 0

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


class Progress(NamedTuple):
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


def start(initial_state, tokens, width, max_length) -> Progress:
    def widen(tensor):
        if tensor.shape[1] == width:
            return tensor
        return tf.repeat(tensor, width, axis=1)

    batch = tf.shape(tf.nest.flatten(initial_state)[0])[0]
    return Progress(
        time=tf.constant(0),
        token_ids=tf.fill((batch, width, max_length), tokens.pad),
        last=tf.fill((batch, width), tokens.start),
        log_probs=tf.zeros((batch, width)),
        lengths=tf.zeros((batch, width)),
        finished=tf.zeros((batch, width), tf.bool),
        state=tf.nest.map_structure(widen, initial_state),
    )


def next_log_probs(step, p: Progress, tokens: Tokens):
    """Log probabilities ``(batch, beams, vocabulary)``; a finished one can only pad."""
    logits, state = step(p.last, p.state)
    log_probs = tf.nn.log_softmax(tf.cast(logits, tf.float32))
    size = log_probs.shape[-1]
    log_probs += ban(tokens, size)
    only_pad = tf.one_hot(tokens.pad, size, on_value=0.0, off_value=NEVER)
    return tf.where(p.finished[..., None], only_pad, log_probs), state


def ban(tokens: Tokens, size: int):
    """Return what is added to logits ``(..., size)`` so that banned ids are never
    chosen, float32 ``(size,)``."""
    return NEVER * tf.reduce_sum(tf.one_hot(list(tokens.banned), size), axis=0)


def append(p: Progress, words, log_probs, lengths, tokens: Tokens) -> Progress:
    here = tf.one_hot(p.time, tf.shape(p.token_ids)[-1], on_value=True, off_value=False)
    return p._replace(
        time=p.time + 1,
        token_ids=tf.where(here, words[..., None], p.token_ids),
        last=words,
        log_probs=log_probs,
        lengths=lengths,
        finished=p.finished | (words == tokens.end),
    )


def run(advance, progress: Progress, length_penalty: float) -> Hypotheses:
    max_length = tf.shape(progress.token_ids)[-1]

    def unfinished(p: Progress):
        return (p.time < max_length) & ~tf.reduce_all(p.finished)

    def body(p: Progress):
        return (advance(p),)

    (p,) = tf.while_loop(unfinished, body, (progress,))
    scores = p.log_probs / tf.maximum(p.lengths, 1.0) ** length_penalty
    return Hypotheses(p.token_ids, scores)
