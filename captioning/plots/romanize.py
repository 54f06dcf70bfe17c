"""Korean in Latin letters, for figures without a font that has Hangul.

Letter by letter, by the Revised Romanization of 2000 (Ministry of Culture and Tourism,
notice 2000-8), without its sound changes between syllables, so that it can be reversed.
Unicode has the syllables at (initial * 21 + vowel) * 28 + final from U+AC00 on
(The Unicode Standard, 3.12).
"""

_FIRST, _LAST, _VOWELS, _FINALS = ord("가"), ord("힣"), 21, 28

_INITIAL = "g kk n d tt r m b pp s ss _ j jj ch k t p h".split()
_VOWEL = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINAL = "_ k kk ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng t t k t p t".split()


def romanized(text: str) -> str:
    """Return a text with its Hangul syllables in Latin letters, the rest unchanged."""
    return "".join(map(_syllable, text))


def _syllable(character: str) -> str:
    if not _FIRST <= ord(character) <= _LAST:
        return character
    rest, final = divmod(ord(character) - _FIRST, _FINALS)
    initial, vowel = divmod(rest, _VOWELS)
    spelled = _INITIAL[initial] + _VOWEL[vowel] + _FINAL[final]
    return spelled.replace("_", "")
