"""Korean particles: the form that a particle has after a word, by Unicode arithmetic.

A particle has one form after a consonant and one after a vowel ("섬이", "배가"). From
U+AC00 on Unicode lays out the 11,172 syllables as (initial * 21 + vowel) * 28 + final,
and final 0 means none (The Unicode Standard, 3.12 "Conjoining Jamo Behavior").
"""

_FIRST, _LAST, _FINALS = ord("가"), ord("힣"), 28


def has_final(word: str) -> bool:
    """Return whether the word, which ends in a Hangul syllable, ends in a consonant."""
    if not word or not _FIRST <= ord(word[-1]) <= _LAST:
        raise ValueError(
            f"{word!r} does not end in a Hangul syllable; expected one: spell it out."
        )
    return (ord(word[-1]) - _FIRST) % _FINALS != 0


def with_particle(word: str, particle: str) -> str:
    """Return the word and its particle, written as one word.

    A particle is the form after a consonant and the one after a vowel, as "이/가",
    "은/는", "을/를". Not "으로/로", which treats ㄹ like a vowel.
    """
    after_consonant, after_vowel = particle.split("/")
    return word + (after_consonant if has_final(word) else after_vowel)
