"""What a word is: rules as patterns, which TensorFlow and Python both follow.

Words, with numbers and hyphens, are those of the PTB tokenizer that scores captions, so
that the words of a generated caption are the words that are scored. Known differences:
a full stop never belongs to a word ("mr", "d c"), nor does another sign ("r b" for
"R&B"), and "cannot" is one word. Of scripts that are written without spaces each
character is a word (`text.unspaced`).

`standardize` follows the rules in TensorFlow operations, `python_tokenizers` in Python.
"""

from data_prep.text.unspaced import CHARACTER

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
RULES = (
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
