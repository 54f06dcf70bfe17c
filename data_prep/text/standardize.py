"""Captions as people write them <-> words, in TensorFlow operations only.

`word_splitting` says what a word is; `python_tokenizers` follows the same rules in
Python.
"""

import tensorflow as tf

from data_prep.text.unspaced import SPACED_CHARACTER
from data_prep.text.word_splitting import CLITICS, RULES


def standardize(texts: tf.Tensor) -> tf.Tensor:
    """Return captions as words with one space between them.

    "A man's T-shirt." becomes "a man 's t-shirt", a caption without words "". Texts
    are UTF-8, of any shape. Applied twice it gives the same result (except for texts
    such as "n'tn't").
    """
    texts = tf.strings.lower(texts, encoding="utf-8")
    for pattern, replacement in RULES:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return tf.strings.strip(texts)


def split_words(texts: tf.Tensor) -> tf.RaggedTensor:
    """Split captions ``(N,)`` into their words, a ragged string ``(N, (words))``."""
    return tf.strings.split(standardize(texts))


def join_words(words: tf.Tensor | tf.RaggedTensor) -> tf.Tensor:
    """Join words ``(..., words)`` into captions ``(...)``: "man", "'s" to "man's", and
    characters of scripts without spaces to words.

    The inverse of `split_words`, except for punctuation; empty strings are ignored.
    """
    texts = tf.strings.reduce_join(words, axis=-1, separator=" ")
    texts = tf.strings.strip(tf.strings.regex_replace(texts, " +", " "))
    texts = tf.strings.regex_replace(texts, CLITICS, r"\1")
    return tf.strings.regex_replace(texts, SPACED_CHARACTER, r"\1")
