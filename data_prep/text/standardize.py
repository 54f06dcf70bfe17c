"""Captions as people write them <-> words, in TensorFlow operations only.

This module defines what a word is. Words, with numbers and hyphens, are those of the
PTB tokenizer that scores captions, so that the words of a generated caption are the
words that are scored. Known differences: a full stop never belongs to a word ("mr",
"d c"), nor does another sign ("r b" for "R&B"), and "cannot" is one word. Of scripts
that are written without spaces each character is a word (`text.unspaced`).
"""

import tensorflow as tf

from data_prep.text.unspaced import CHARACTER, SPACED_CHARACTER

STANDARDISATION = (
    "version 2: lower case; letters, marks, digits; ' and - inside words; . , : inside "
    "numbers; 's 'm 'd 're 've 'll n't are words; so are characters without spaces"
)

# What is written without a space before it; the pattern is also valid for Python's re.
# Only clitics begin with an apostrophe.
CLITICS = r" ('|n't\b)"

_WORD = r"\p{L}\p{M}\p{Nd}"
# Replaces the apostrophe of a clitic while other apostrophes are removed. A private-use
# character, which the first rules remove from the caption itself.
_KEPT = "\ue000"

_CLITIC = (rf"'(s|m|d|re|ve|ll)([^{_WORD}]|$)", rf" {_KEPT}\1 \2")

# (pattern, replacement), applied in this order. RE2 has no lookahead and lookbehind.
_RULES = (
    # Invisible characters are removed: soft hyphen, zero width, emoji variants.
    ("[\u00ad\u200b-\u200d\ufe00-\ufe0f\ufeff]", ""),
    ("[‘’ʼ‛`´]", "'"),
    ("[‐‑]", "-"),
    (rf"[^{_WORD}'.,:-]+", " "),
    (CHARACTER, r" \1 "),
    # . , : are kept between two digits only: those not before a digit are removed
    # first, then those not after a digit.
    (r"[.,:]+(\P{Nd}|$)", r" \1"),
    (r"(^|\P{Nd})[.,:]+", r"\1 "),
    ("['-]{2,}", " "),
    _CLITIC,
    _CLITIC,  # twice: of "he'd've" the first match includes the start of the second
    (rf"n't([^{_WORD}]|$)", rf" n{_KEPT}t \1"),
    # Quotes and dashes around words, and combining marks without a letter.
    (r"(^| )['\p{M}-]+", " "),
    ("['-]+( |$)", r"\1"),
    (_KEPT, "'"),
    (" +", " "),
)


def standardize(texts: tf.Tensor) -> tf.Tensor:
    """Return captions as words with one space between them.

    "A man's T-shirt." becomes "a man 's t-shirt", a caption without words "". Texts
    are UTF-8, of any shape. Applied twice it gives the same result (except for texts
    such as "n'tn't").
    """
    texts = tf.strings.lower(texts, encoding="utf-8")
    for pattern, replacement in _RULES:
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
