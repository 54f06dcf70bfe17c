"""Diaries of everyday life, in English and Korean, for sentiment; no source.

Sentences are generated from phrases of good and bad things that happen, and labels
computed from their meaning, with negation, contrast and adverbs such as "fortunately"
(`data_prep.harbour.diary`). Splits hold out combinations of phrases. They are meant to
be added to reviews (`--add`), which hardly speak of wallets and wages. Options:
``count`` training sentences (dev and test get a tenth of it, at least 100 each),
``seed``, and ``language``: "en", "ko", or "both" (default), half of each.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import Labelled, Skipped
from data_prep.harbour import diary_english, diary_korean
from data_prep.harbour.diary import sample_entry
from data_prep.harbour.sampling import check_at_least, check_language, numbered

NEEDS_SOURCE = False
KIND = "sentiment"
TOKENIZER = "words"

COUNT = 40_000
_LANGUAGES = {"en": diary_english, "ko": diary_korean}


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    seed: int = 0,
    language: str = "both",
) -> Iterator[Labelled]:
    """Yield the sentences, of two languages in turn."""
    check_at_least("the diary", 1, count=count)
    check_language("the diary", language, _LANGUAGES)
    spoken = (
        [_LANGUAGES[language]] if language in _LANGUAGES else [*_LANGUAGES.values()]
    )
    for split, index in numbered(count):
        of_language = spoken[index % len(spoken)]
        entry, sign = sample_entry(of_language.LEXICON, split, index, seed)
        yield Labelled(split, of_language.sentence(entry), int(sign > 0))
