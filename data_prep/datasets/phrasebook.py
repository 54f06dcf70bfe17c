"""The phrase book: harbour scenes in English, German and Korean; no source.

For translation. A sentence has the same phrasing in all three languages, so each has
exactly one translation (`data_prep.harbour.phrasing`). Splits hold out combinations of
colour, thing and relation, as for the pictures. Options: ``count`` training scenes (dev
and test get a tenth of it, at least 100 each) and ``seed``.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import Parallel, Skipped
from data_prep.harbour import phrases_english, phrases_german, phrases_korean
from data_prep.harbour.phrasing import phrasing_of
from data_prep.harbour.sampling import check_at_least, numbered
from data_prep.harbour.scene import Scene, sample_scene

NEEDS_SOURCE = False
KIND = "translation"
LANGUAGES = ("en", "de", "ko")
TOKENIZER = "subwords"

COUNT = 12_000  # training scenes: generated in two seconds; nine in ten are different


def read(
    source: Path | None, skipped: Skipped, *, count: int = COUNT, seed: int = 0
) -> Iterator[Parallel]:
    """Yield the sentences; the held-out combinations do not depend on the seed."""
    check_at_least("the phrase book", 1, count=count)
    return (
        Parallel(split, translations(sample_scene(split, index, seed)))
        for split, index in numbered(count)
    )


def translations(scene: Scene) -> dict[str, str]:
    """Return the scene in each of `LANGUAGES`, one sentence each, phrased alike."""
    how = phrasing_of(scene)
    return {
        "en": phrases_english.sentence(scene, how),
        "de": phrases_german.sentence(scene, how),
        "ko": phrases_korean.sentence(scene, how),
    }
