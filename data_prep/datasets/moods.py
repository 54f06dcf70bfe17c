"""The moods of the harbour: how its people fare, in English and Korean; no source.

For sentiment; labels are computed from what a sentence means, negation and contrast
included (`data_prep.harbour.moods`). Each split owns combinations of who, what, how
asserted and when. Options: ``count`` training sentences (dev and test get a tenth of
it, at least 100 each), ``seed``, and ``language``: "en", "ko", or "both", half of each
and the default, for one small model that reads both.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Labelled, Skipped
from data_prep.harbour import moods_english, moods_korean
from data_prep.harbour.moods import Mood, sample_mood, verdict

NEEDS_SOURCE = False
KIND = "sentiment"
TOKENIZER = "words"  # 332, Korean forms included

# Training sentences: enough for every Korean form to occur five times, below which
# `data_prep.prepare` leaves a word out. A second to say.
COUNT = 12_000
_SAY = {"en": moods_english.say, "ko": moods_korean.say}
_CHOICES = ("both", *_SAY)


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    seed: int = 0,
    language: str = "both",
) -> Iterator[Labelled]:
    """Say the sentences of train, dev and test, in this order.

    Args:
        source: not used; the harbour is invented.
        skipped: stays empty; nothing can fail.
        count: number of training sentences.
        seed: another seed, other sentences; the held-out combinations stay the same.
        language: "en", "ko" or "both".

    Raises:
        BadInput: ``count`` is less than one, or ``language`` another.
    """
    if count < 1:
        raise BadInput(
            f"The moods got count={count}; expected at least 1: give a larger count."
        )
    if language not in _CHOICES:
        raise BadInput(
            f"The moods got language={language!r}; expected one of "
            f"{', '.join(_CHOICES)}: choose one."
        )
    return _say_all(count, seed, language)


def _say_all(count: int, seed: int, language: str) -> Iterator[Labelled]:
    small = max(100, count // 10)
    for split, total in zip(SPLITS, (count, small, small), strict=True):
        for index in range(total):
            mood = sample_mood(split, index, seed)
            yield Labelled(split, say(mood, language), verdict(mood))


def say(mood: Mood, language: str = "both") -> str:
    """The meaning in a language; "both" lets its ``wording`` choose one."""
    if language == "both":
        language = random.Random(f"language/{mood.wording}").choice(list(_SAY))
    return _SAY[language](mood)
