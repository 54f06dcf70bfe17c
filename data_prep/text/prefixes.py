"""Texts as a reader meets them: word after word, and where each word's tokens end."""

from typing import NamedTuple

import tensorflow as tf

from data_prep.text.special_tokens import START, UNK
from data_prep.text.tokenizers import Tokenizer

_STRANGER = "\U0010fffd"  # the last private character: of no language, in no text


class Words(NamedTuple):
    """Texts, cut at white space.

    Attributes:
        words: string ``(texts, words)``, as they were written; "" after the last.
        known: bool ``(texts, words)``, whether a word has any token that is known.
        token_ids: int32 ``(texts, time)``, START, then all words' tokens, then PAD.
        ends: int32 ``(texts, words)``, the place in `token_ids` of each word's last
            token; of a word without any, and after the last word, that before it.
        last: int32 ``(texts,)``, the place of the last token of all.
    """

    words: tf.Tensor
    known: tf.Tensor
    token_ids: tf.Tensor
    ends: tf.Tensor
    last: tf.Tensor


def started(ids: tf.RaggedTensor) -> tf.RaggedTensor:
    """Put START before each row of int32 ids ``(texts, (time))``; no END, for a reader
    may be asked after any word."""
    return tf.concat([tf.fill([ids.nrows(), 1], START), ids], axis=1)


def known_tokens(tokenizer: Tokenizer, ids: tf.RaggedTensor) -> tf.RaggedTensor:
    """Return bool ``(N, (T))``, which of the ids ``(N, (T))`` say what was written.

    UNK does not, nor does the mark that subwords put before a word, whichever it is:
    what a word that nobody knows is made of.
    """
    stranger = tokenizer.ids(tf.constant([_STRANGER])).flat_values
    says_nothing = tf.concat([stranger, [UNK]], axis=0)
    return ids.with_flat_values(
        tf.reduce_all(ids.flat_values[:, None] != says_nothing, axis=1)
    )


def prefixes_of(tokenizer: Tokenizer, texts: tf.Tensor) -> Words:
    """Cut texts ``(texts,)`` into words and tokens, in TensorFlow operations only."""
    words = tf.strings.split(texts)
    ids = tokenizer.ids(words.flat_values)
    known = tf.reduce_any(known_tokens(tokenizer, ids), axis=1)
    tokens_of = words.with_flat_values(tf.cast(ids.row_lengths(), tf.int32))
    lengths = tf.reduce_sum(tokens_of, axis=1)
    by_text = tf.RaggedTensor.from_row_lengths(ids.flat_values, lengths)
    return Words(
        words=words.to_tensor(),
        known=words.with_flat_values(known).to_tensor(),
        token_ids=started(by_text).to_tensor(),  # PAD is 0
        ends=tf.cumsum(tokens_of.to_tensor(), axis=1),
        last=lengths,
    )
