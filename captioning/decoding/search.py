"""What all searches share: the contract of a step function, and the loop over time.

A step function maps the last token of each hypothesis, and its state, to the logits of
the next token:

    step(token_ids (batch, beams), state) -> logits (batch, beams, vocabulary), state

where every tensor of `state` has the axes ``(batch, beams, ...)``.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from captioning.nn.masking import MASKED_LOGIT

Step = Callable[[tf.Tensor, Any], tuple[tf.Tensor, Any]]


class SpecialTokens(NamedTuple):
    """The ids that a search must know.

    Attributes:
        start: read before the first token; not part of the result.
        end: finishes a sequence; part of the result and of its score.
        pad: fills the result behind `end`.
        banned: ids that are never chosen, such as UNK.
    """

    start: int
    end: int
    pad: int
    banned: Sequence[int] = ()


class Hypotheses(NamedTuple):
    """The sequences that a search found; beam search returns the best one first.

    Attributes:
        token_ids: int32 ``(batch, beams, max_length)``, padded behind END.
        scores: float32 ``(batch, beams)``, the log probability divided by the length,
            which counts END; of beam search by length ** length_penalty.
        state: of the step function, behind the last token.
        expected: float32 ``(batch, beams)``, the expected CIDEr-D, where hypotheses
            were re-ranked.
    """

    token_ids: tf.Tensor
    scores: tf.Tensor
    state: Any = ()
    expected: Any = ()


class SearchState(NamedTuple):
    """The state of the loop over time.

    Attributes:
        time: int32 (), number of tokens chosen so far.
        token_ids: int32 ``(batch, beams, max_length)``.
        last: int32 ``(batch, beams)``, the tokens chosen last.
        log_probs: float32 ``(batch, beams)``, of the whole hypothesis.
        lengths: float32 ``(batch, beams)``, tokens so far, END among them.
        finished: bool ``(batch, beams)``, whether END was chosen.
        state: that of the step function.
    """

    time: tf.Tensor
    token_ids: tf.Tensor
    last: tf.Tensor
    log_probs: tf.Tensor
    lengths: tf.Tensor
    finished: tf.Tensor
    state: Any


def initial_search_state(initial_state, tokens, width, max_length) -> SearchState:
    """Return the search state before the first token.

    Args:
        initial_state: of the step function, ``(batch, 1, ...)`` or
            ``(batch, width, ...)``.
        tokens: `SpecialTokens`.
        width: number of hypotheses for each row of the batch.
        max_length: tokens at most, END among them.
    """

    def widen(tensor):
        if tensor.shape[1] == width:
            return tensor
        return tf.repeat(tensor, width, axis=1)

    batch = tf.shape(tf.nest.flatten(initial_state)[0])[0]
    return SearchState(
        time=tf.constant(0),
        token_ids=tf.fill((batch, width, max_length), tokens.pad),
        last=tf.fill((batch, width), tokens.start),
        log_probs=tf.zeros((batch, width)),
        lengths=tf.zeros((batch, width)),
        finished=tf.zeros((batch, width), tf.bool),
        state=tf.nest.map_structure(widen, initial_state),
    )


def logit_bias(tokens: SpecialTokens, vocabulary_size: int):
    """Return what is added to logits so that banned ids are never chosen, float32
    ``(vocabulary_size,)``."""
    banned = tf.one_hot(list(tokens.banned), vocabulary_size)
    return MASKED_LOGIT * tf.reduce_sum(banned, axis=0)


def append(
    search: SearchState, token_ids, log_probs, lengths, tokens: SpecialTokens
) -> SearchState:
    """Return the search state with one more token in each hypothesis.

    Args:
        search: the state before.
        token_ids: int32 ``(batch, beams)``, the chosen tokens.
        log_probs: float32 ``(batch, beams)``, of the whole hypotheses, these included.
        lengths: float32 ``(batch, beams)``, these included.
        tokens: `SpecialTokens`.
    """
    max_length = tf.shape(search.token_ids)[-1]
    here = tf.one_hot(search.time, max_length, on_value=True, off_value=False)
    return search._replace(
        time=search.time + 1,
        token_ids=tf.where(here, token_ids[..., None], search.token_ids),
        last=token_ids,
        log_probs=log_probs,
        lengths=lengths,
        finished=search.finished | (token_ids == tokens.end),
    )


def run(advance, search: SearchState) -> SearchState:
    """Repeat `advance`, `SearchState` -> `SearchState`, until all hypotheses are
    finished or have `max_length` tokens; return the last state."""
    max_length = tf.shape(search.token_ids)[-1]

    def unfinished(search: SearchState):
        return (search.time < max_length) & ~tf.reduce_all(search.finished)

    def body(search: SearchState):
        return (advance(search),)

    (search,) = tf.while_loop(unfinished, body, (search,))
    return search


def run_independently(
    step: Step, initial_state: Any, tokens: SpecialTokens, choose, width, max_length
) -> Hypotheses:
    """Run a search whose hypotheses do not compete: greedy search, or sampling.

    Args:
        step: the step function.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, width, ...)``.
        tokens: the special tokens.
        choose: time (), log probabilities ``(batch, width, vocabulary_size)`` -> the
            next tokens, int32 ``(batch, width)``.
        width: number of hypotheses for each row of the batch.
        max_length: tokens at most, END among them.
    """

    def advance(search: SearchState) -> SearchState:
        log_probs, state = _next_log_probs(step, search, tokens)
        token_ids = choose(search.time, log_probs)
        chosen = tf.gather(log_probs, token_ids, batch_dims=2)
        lengths = search.lengths + tf.cast(~search.finished, tf.float32)
        search = search._replace(state=state)
        return append(search, token_ids, search.log_probs + chosen, lengths, tokens)

    search = initial_search_state(initial_state, tokens, width, max_length)
    search = run(advance, search)
    scores = search.log_probs / tf.maximum(search.lengths, 1.0)
    return Hypotheses(search.token_ids, scores)


def _next_log_probs(step, search: SearchState, tokens: SpecialTokens):
    """Return log probabilities ``(batch, beams, vocabulary)`` and the step's new state;
    a finished hypothesis can only be padded."""
    logits, state = step(search.last, search.state)
    log_probs = tf.nn.log_softmax(tf.cast(logits, tf.float32))
    size = log_probs.shape[-1]
    log_probs += logit_bias(tokens, size)
    only_pad = tf.one_hot(tokens.pad, size, on_value=0.0, off_value=MASKED_LOGIT)
    return tf.where(search.finished[..., None], only_pad, log_probs), state
