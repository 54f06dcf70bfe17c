"""The prefixes of a text, word by word: which tokens precede the end of each word.

For predictions after every word, such as the sentiment of what has been read so far.
"""

from typing import NamedTuple

import tensorflow as tf

from data_prep.text.choose_tokenizer import Tokenizer
from data_prep.text.special_tokens import START, UNK, UNKNOWN_CHARACTER


class Prefixes(NamedTuple):
    """Texts split at white space, with the tokens of each word.

    The prefix of text n that ends with word w is ``token_ids[n, : ends[n, w] + 1]``.
    A word without tokens, and the places after the last word, end where the word before
    does.
    """

    words: tf.Tensor  # string (texts, words), as written; "" after the last word
    known: tf.Tensor  # bool (texts, words), whether a word has any known token
    token_ids: tf.Tensor  # int32 (texts, time), START, all words' tokens, then PAD
    ends: tf.Tensor  # int32 (texts, words), the position of each word's last token
    last: tf.Tensor  # int32 (texts,), the position of the last token


def with_start(ids: tf.RaggedTensor) -> tf.RaggedTensor:
    """Put START before each row of int32 ids ``(texts, (time))``.

    There is no END, because a model that reads may be asked after any word.
    """
    return tf.concat([tf.fill([ids.nrows(), 1], START), ids], axis=1)


def known_tokens(tokenizer: Tokenizer, ids: tf.RaggedTensor) -> tf.RaggedTensor:
    """Return bool ``(N, (T))``, which of the ids ``(N, (T))`` carry information.

    UNK does not, nor do the tokens of a word of unknown characters, such as the mark
    that subwords put before every word.
    """
    unknown = tokenizer.ids(tf.constant([UNKNOWN_CHARACTER])).flat_values
    uninformative = tf.concat([unknown, [UNK]], axis=0)
    return ids.with_flat_values(
        tf.reduce_all(ids.flat_values[:, None] != uninformative, axis=1)
    )


def prefixes_of(tokenizer: Tokenizer, texts: tf.Tensor) -> Prefixes:
    """Split texts ``(texts,)`` into words and tokens, in TensorFlow operations only."""
    words = tf.strings.split(texts)
    ids = tokenizer.ids(words.flat_values)
    known = tf.reduce_any(known_tokens(tokenizer, ids), axis=1)
    tokens_of = words.with_flat_values(tf.cast(ids.row_lengths(), tf.int32))
    lengths = tf.reduce_sum(tokens_of, axis=1)
    by_text = tf.RaggedTensor.from_row_lengths(ids.flat_values, lengths)
    return Prefixes(
        words=words.to_tensor(),
        known=words.with_flat_values(known).to_tensor(),
        token_ids=with_start(by_text).to_tensor(),  # PAD is 0
        ends=tf.cumsum(tokens_of.to_tensor(), axis=1),
        last=lengths,
    )
