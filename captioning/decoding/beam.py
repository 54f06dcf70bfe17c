"""Beam search, with length normalisation, and without repeated n-grams if asked for."""

from typing import Any

import tensorflow as tf

from captioning.decoding.search import (
    Hypotheses,
    SearchState,
    SpecialTokens,
    Step,
    append,
    initial_search_state,
    logit_bias,
    run,
)
from captioning.nn.masking import MASKED_LOGIT


def beam_search(
    step: Step,
    initial_state: Any,
    tokens: SpecialTokens,
    *,
    num_beams: int,
    max_length: int,
    length_penalty: float,
    no_repeat_ngram_size: int = 0,
    bias: tf.Tensor | None = None,
) -> Hypotheses:
    """Keep the `num_beams` best hypotheses at every step, and return them, best first.

    A finished hypothesis keeps its score, and its place among the beams until better
    ones replace it. Hypotheses are ranked by log probability / length ** length_penalty
    (Wu et al. 2016, eq. 14, without its constants), at each step and at the end, so
    that longer sequences are not at a disadvantage.

    Args:
        step: see `decoding.search`.
        initial_state: nest of ``(batch, 1, ...)`` or ``(batch, num_beams, ...)``.
        tokens: the special tokens.
        num_beams: hypotheses kept, and returned, for each row.
        max_length: tokens at most, END among them.
        length_penalty: 0 compares log probabilities, 1 their mean per token. The
            commands' default is that of `tasks.config.SearchConfig`; a .tflite file
            has the value of the run that it was made of.
        no_repeat_ngram_size: no hypothesis has an n-gram of this size twice (Paulus et
            al. 2018, section 2.5); 0 allows it.
        bias: float32 ``(batch, vocabulary)``, added to the log probabilities of a row's
            tokens at every step; None adds nothing.
    """
    search = initial_search_state(initial_state, tokens, num_beams, max_length)
    # All beams are equal at first; only the first may branch, or each hypothesis would
    # be found num_beams times.
    first_only = tf.one_hot(0, num_beams, on_value=0.0, off_value=MASKED_LOGIT)
    search = search._replace(log_probs=search.log_probs + first_only)

    def advance(search: SearchState) -> SearchState:
        # The best K of all candidates are among each beam's own best K.
        log_probs, token_ids, state = _top_k(
            step, search, tokens, num_beams, no_repeat_ngram_size, bias
        )
        width = token_ids.shape[-1]
        lengths = search.lengths + tf.cast(~search.finished, tf.float32)
        candidates = search.log_probs[..., None] + log_probs  # (batch, beams, width)
        scores = _scores(candidates, lengths[..., None], length_penalty)
        scores, token_ids, candidates = (
            tf.reshape(tensor, (-1, num_beams * width))
            for tensor in (scores, token_ids, candidates)
        )
        _, chosen = tf.math.top_k(scores, num_beams)  # (batch, beams)
        parents = chosen // width

        def gather_parents(tensor):
            return tf.gather(tensor, parents, batch_dims=1)

        token_ids = tf.gather(token_ids, chosen, batch_dims=1)
        candidates = tf.gather(candidates, chosen, batch_dims=1)
        search = search._replace(
            token_ids=gather_parents(search.token_ids),
            finished=gather_parents(search.finished),
            state=tf.nest.map_structure(gather_parents, state),
        )
        return append(search, token_ids, candidates, gather_parents(lengths), tokens)

    search = run(advance, search)
    scores = _scores(search.log_probs, search.lengths, length_penalty)
    return Hypotheses(search.token_ids, scores, search.state)


def _scores(log_probs, lengths, length_penalty: float):
    """Return what hypotheses of these log probabilities and lengths are ranked by."""
    return log_probs / tf.maximum(lengths, 1.0) ** length_penalty


def _top_k(step, search: SearchState, tokens: SpecialTokens, k: int, n: int, bias):
    """Return each beam's best next tokens: log probabilities and ids, both
    ``(batch, beams, k or more)``, fewer if there are not so many words, and the step's
    new state. Those that would repeat an n-gram are masked.

    The order of a beam's tokens is that of their logits, so that no log softmax over
    the vocabulary is computed, only its normaliser.
    """
    logits, state = step(search.last, search.state)
    logits = tf.cast(logits, tf.float32)
    size = logits.shape[-1]
    normaliser = tf.reduce_logsumexp(logits, axis=-1, keepdims=True)
    max_length = search.token_ids.shape[-1]
    may_repeat = 0 < n <= max_length
    width = k + _most_repeating(max_length, n) if may_repeat else k
    logits += logit_bias(tokens, size)
    if bias is not None:
        logits += bias[:, None]
    best, token_ids = tf.math.top_k(logits, min(width, size))
    if may_repeat:
        best += MASKED_LOGIT * _repeats(token_ids, search, n)
    finished = search.finished[..., None]
    first_only = tf.one_hot(0, best.shape[-1], on_value=0.0, off_value=MASKED_LOGIT)
    return (
        tf.where(finished, first_only, best - normaliser),
        tf.where(finished, tokens.pad, token_ids),
        state,
    )


def _most_repeating(max_length: int, n: int) -> int:
    """Return how many next tokens can repeat an n-gram, at most.

    It is how often the last n - 1 tokens occur before. Of two such places that overlap
    the distance, below n, tells the token behind the first; so each such distance
    occurs once, for no n-gram occurs twice. All other places are n apart or more.
    """
    return n + max_length // n


def _repeats(candidates, search: SearchState, n: int) -> tf.Tensor:
    """Say which next tokens ``(batch, beams, candidates)`` would make an n-gram that
    their hypothesis has already: float32, 1 or 0."""
    token_ids = search.token_ids
    num_places = token_ids.shape[-1] - n + 1  # where an n-gram may begin
    # A place counts if its n-gram is complete, and begins as the last n - 1 tokens do.
    matches = tf.range(n, n + num_places) <= search.time
    for offset in range(n - 1):
        place = tf.maximum(search.time - (n - 1) + offset, 0)
        last = tf.gather(token_ids, place, axis=-1)[..., None]
        matches &= token_ids[..., offset : offset + num_places] == last
    behind = tf.where(matches, token_ids[..., n - 1 :], -1)
    same = tf.cast(candidates[..., None] == behind[..., None, :], tf.float32)
    return tf.reduce_max(same, axis=-1)
