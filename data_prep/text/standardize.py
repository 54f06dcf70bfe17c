"""Captions as people write them <-> words, in TensorFlow operations only.

The same operations run in ``tf.data``, in training and inside an exported SavedModel;
they work eagerly and in graphs. The words are, numbers and hyphens included, those of
the PTB tokenizer that captions are scored with, so that a generated caption is counted
as the words it was made of. Known differences: a full stop never belongs to a word
("mr", "d c"), nor does any other sign ("r b" for "R&B"), and "cannot" is one word.
"""

import tensorflow as tf

STANDARDISATION = (
    "version 1: lower case; letters, marks, digits; ' and - inside words; . , : inside "
    "numbers; 's 'm 'd 're 've 'll n't are words"
)

# What is written without a space before it, by a pattern that Python's re reads alike.
# No other word than a clitic begins with an apostrophe.
CLITICS = r" ('|n't\b)"

_WORD = r"\p{L}\p{M}\p{Nd}"
# Stands for the apostrophe of a clitic while others are stripped. A private character:
# by then the first rules have removed any that the caption had.
_KEPT = "\ue000"

_CLITIC = (rf"'(s|m|d|re|ve|ll)([^{_WORD}]|$)", rf" {_KEPT}\1 \2")

# Pattern -> replacement, one after the other. RE2 looks neither ahead nor behind.
_RULES = (
    # Invisible: soft hyphen, zero width, emoji variants. Nothing is where they were.
    ("[\u00ad\u200b-\u200d\ufe00-\ufe0f\ufeff]", ""),
    ("[‘’ʼ‛`´]", "'"),
    ("[‐‑]", "-"),
    (rf"[^{_WORD}'.,:-]+", " "),
    # Marks stay between two digits only: first those before anything but a digit go,
    # then those after anything but a digit.
    (r"[.,:]+(\P{Nd}|$)", r" \1"),
    (r"(^|\P{Nd})[.,:]+", r"\1 "),
    ("['-]{2,}", " "),
    _CLITIC,
    _CLITIC,  # of two in a row ("he'd've") the first used up the start of the second
    (rf"n't([^{_WORD}]|$)", rf" n{_KEPT}t \1"),
    # Quotes and dashes around words, and marks without a letter.
    (r"(^| )['\p{M}-]+", " "),
    ("['-]+( |$)", r"\1"),
    (_KEPT, "'"),
    (" +", " "),
)


def standardize(texts: tf.Tensor) -> tf.Tensor:
    """Bring captions into words with one space between them.

    "A man's T-shirt." becomes "a man 's t-shirt". Doing it twice changes nothing
    ("n'tn't" and the like aside).

    Args:
        texts: string tensor of any shape, UTF-8.

    Returns:
        A string tensor of the same shape; "" where a caption has no words.
    """
    texts = tf.strings.lower(texts, encoding="utf-8")
    for pattern, replacement in _RULES:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return tf.strings.strip(texts)


def split_words(texts: tf.Tensor) -> tf.RaggedTensor:
    """Split captions ``(N,)`` into their words, a ragged string ``(N, (words))``."""
    return tf.strings.split(standardize(texts))


def join_words(words: tf.Tensor | tf.RaggedTensor) -> tf.Tensor:
    """Join words into captions: the inverse of `split_words`, as far as there is one.

    Args:
        words: strings ``(..., words)``, ragged or dense; empty ones do not count.

    Returns:
        Strings ``(...)``: "man", "'s" becomes "man's".
    """
    texts = tf.strings.reduce_join(words, axis=-1, separator=" ")
    texts = tf.strings.strip(tf.strings.regex_replace(texts, " +", " "))
    return tf.strings.regex_replace(texts, CLITICS, r"\1")
