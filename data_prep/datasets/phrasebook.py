"""The phrase book: harbour scenes said in English, German and Korean; needs no source.

For translation. One choice of words drives all three languages, so each sentence has
one translation (`data_prep.harbour.phrases`). Splits hold out combinations of colour,
thing and relation as those of the pictures do. Options: ``count`` training scenes (dev
and test get a tenth of it, at least 100 each) and ``seed``.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Parallel, Skipped
from data_prep.harbour import german, korean, phrases
from data_prep.harbour.scene import Scene, sample_scene

NEEDS_SOURCE = False
KIND = "translation"
LANGUAGES = ("en", "de", "ko")
TOKENIZER = "subwords"

COUNT = 12_000  # training scenes: two seconds to say; nine in ten are different


def read(
    source: Path | None, skipped: Skipped, *, count: int = COUNT, seed: int = 0
) -> Iterator[Parallel]:
    """Say the scenes of train, dev and test, in this order.

    Args:
        source: not used; the harbour is invented.
        skipped: stays empty; nothing can fail.
        count: number of training scenes.
        seed: another seed, other scenes; the held-out combinations stay the same.

    Raises:
        BadInput: ``count`` is less than one.
    """
    if count < 1:
        raise BadInput(
            f"The phrase book got count={count}; expected at least 1: "
            "give a larger count."
        )
    return _say_all(count, seed)


def _say_all(count: int, seed: int) -> Iterator[Parallel]:
    small = max(100, count // 10)
    for split, total in zip(SPLITS, (count, small, small), strict=True):
        for index in range(total):
            yield Parallel(split, translations(sample_scene(split, index, seed)))


def translations(scene: Scene) -> dict[str, str]:
    """The scene in each of `LANGUAGES`, one sentence each, phrased alike."""
    how = phrases.phrasing(scene)
    return {
        "en": phrases.say(scene, how),
        "de": german.say(scene, how),
        "ko": korean.say(scene, how),
    }
