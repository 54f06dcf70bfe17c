"""Scripts that are written without spaces between words: each character is a word.

Chinese and Japanese characters, and the Thai, Lao, Khmer and Burmese ones with the
marks that belong to them. Captions of these scripts are learned, found and scored
character by character, as BERT splits Chinese (Devlin et al. 2019). Korean is written
with spaces, and has words.

The patterns mean the same to TensorFlow's RE2 and to Python's `re`.
"""

import re

_SCRIPTS = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u0edc-\u0edf"  # Thai, Lao
    "\u1000-\u103f\u104c-\u109d\u1780-\u17d3\u17dc\u17dd"  # Burmese, Khmer
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana above, Han
)
_MARKS = (
    "\u0300-\u036f\u3099\u309a\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u17dd"
)

CHARACTER = f"([{_SCRIPTS}][{_MARKS}]*)"
# Of words, where the spaces around these characters are no longer wanted.
SPACED_CHARACTER = f" *([{_SCRIPTS}]) *"

# Signs of these scripts that no caption is scored by, such as 。 and 「.
_PUNCTUATION = (
    "[\u3000-\u3004\u3008-\u303f\uff01-\uff0f\uff1a-\uff20\uff5b-\uff65·…—“”‘’]"
)


def is_unspaced(text: str) -> bool:
    """Return whether a text has characters of such a script."""
    return re.search(CHARACTER, text) is not None


def spaced(text: str) -> str:
    """Return a text with spaces around each such character, and without the scripts'
    punctuation; a text without such characters as it is."""
    if not is_unspaced(text):
        return text
    return re.sub(CHARACTER, r" \1 ", re.sub(_PUNCTUATION, " ", text))
