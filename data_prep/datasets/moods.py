"""Moods of the harbour's people, in English and Korean, for sentiment; no source.

Sentences are generated, and labels computed from their meaning, with negation and
contrast (`data_prep.harbour.moods`). Splits hold out combinations of subject, quality,
form and tense. Options: ``count`` training sentences (dev and test get a tenth of it,
at least 100 each), ``seed``, and ``language``: "en", "ko", or "both" (default), half of
each, for one small model that reads both.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import Labelled, Skipped
from data_prep.harbour import moods_english, moods_korean
from data_prep.harbour.moods import Mood, label_of, sample_mood
from data_prep.harbour.sampling import check_at_least, check_language, numbered

NEEDS_SOURCE = False
KIND = "sentiment"
TOKENIZER = "words"  # there are 332, Korean inflections included

# Training sentences: with so many, every Korean inflection occurs at least five times,
# which the vocabulary asks of a word. They take a second to generate.
COUNT = 12_000
_LANGUAGES = {"en": moods_english.sentence, "ko": moods_korean.sentence}


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    seed: int = 0,
    language: str = "both",
) -> Iterator[Labelled]:
    """Yield the sentences; the held-out combinations do not depend on the seed."""
    check_at_least("the moods", 1, count=count)
    check_language("the moods", language, _LANGUAGES)
    return (
        Labelled(split, sentence(mood, language), label_of(mood))
        for split, index in numbered(count)
        for mood in [sample_mood(split, index, seed)]
    )


def sentence(mood: Mood, language: str = "both") -> str:
    """Return the meaning in a language; for "both" its ``wording`` chooses one."""
    if language == "both":
        language = random.Random(f"language/{mood.wording}").choice(list(_LANGUAGES))
    return _LANGUAGES[language](mood)
