"""Diaries: what happened on a day, with its mood, for sentiment in everyday words.

`diary_english` and `diary_korean` hold a lexicon each, phrases of good and of bad
things that happen, and put an `Entry` into words. Its label is computed from its
meaning: a negation inverts a phrase, of two phrases that are contrasted the last one
counts, and a phrase that is neither good nor bad takes the mood of the adverb before it
("fortunately").
"""

import random
from typing import NamedTuple

from data_prep.harbour.sampling import split_of_class

SIGNS = (1, -1)  # good, bad

# Shares of the entries. Contrasts are fewer than half, so that after one phrase its own
# mood is the likelier one of the whole.
CONTRAST_SHARE, PAIR_SHARE = 0.35, 0.25
NEUTRAL_SHARE = 0.15  # of those of one phrase: the adverb alone tells the mood
ADVERB_SHARE, NEGATED_SHARE = 0.4, 0.3


class Phrase(NamedTuple):
    """Something that happened: a phrase of a lexicon, maybe negated."""

    words: str
    sign: int  # of what is said, with its negation; 0 is neither good nor bad
    negated: bool = False


class Entry(NamedTuple):
    """The meaning of a sentence.

    Attributes:
        main: the phrase that counts.
        other: one before it, or None.
        adverb: before the main phrase, of the entry's mood; or "".
        wording: seed of all choices that do not change the meaning.
    """

    main: Phrase
    other: Phrase | None
    adverb: str
    wording: int


class Lexicon(NamedTuple):
    """What entries of a language are made of.

    Attributes:
        phrases: by sign: 1, -1, and 0 for what is neither good nor bad.
        adverbs: by sign, 1 and -1.
    """

    phrases: dict[int, tuple[str, ...]]
    adverbs: dict[int, tuple[str, ...]]


def sample_entry(
    lexicon: Lexicon, split: str, index: int, seed: int
) -> tuple[Entry, int]:
    """Return entry number ``index`` of a split and its sign; the arguments decide."""
    rng = random.Random(f"diary/{seed}/{split}/{index}")
    sign = rng.choice(SIGNS)
    while True:
        drawn = rng.random()
        other = None
        if drawn < CONTRAST_SHARE:
            other = _phrase(lexicon, -sign, rng)
        elif drawn < CONTRAST_SHARE + PAIR_SHARE:
            other = _phrase(lexicon, sign, rng)
        neutral = other is None and rng.random() < NEUTRAL_SHARE
        main = _phrase(lexicon, 0 if neutral else sign, rng)
        said = neutral or rng.random() < ADVERB_SHARE
        adverb = rng.choice(lexicon.adverbs[sign]) if said else ""
        entry = Entry(main, other, adverb, rng.getrandbits(32))
        if _split_of(entry, lexicon) == split:
            return entry, sign


def _phrase(lexicon: Lexicon, sign: int, rng: random.Random) -> Phrase:
    negated = bool(sign) and rng.random() < NEGATED_SHARE
    return Phrase(
        rng.choice(lexicon.phrases[-sign if negated else sign]), sign, negated
    )


def _split_of(entry: Entry, lexicon: Lexicon) -> str:
    """Return "train", "dev" or "test": combinations are held out, but no phrase."""
    at = 0
    for number, phrase in enumerate((entry.main, entry.other), 1):
        if phrase:
            plain = -phrase.sign if phrase.negated else phrase.sign
            at += number * lexicon.phrases[plain].index(phrase.words)
            at += 3 * phrase.negated
    if entry.adverb:
        at += next(
            1 + of.index(entry.adverb)
            for of in lexicon.adverbs.values()
            if entry.adverb in of
        )
    return split_of_class(at)


def listed(text: str) -> tuple[str, ...]:
    """Return the phrases of a text, which stand between semicolons."""
    return tuple(phrase.strip() for phrase in text.split(";") if phrase.strip())
