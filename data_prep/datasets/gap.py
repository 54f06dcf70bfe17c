"""The long-term dependency problem: a word was set ``gap`` steps ago, and is asked for.

`batch` draws endless sentences for the experiment: a thing of the harbour, ``gap`` - 1
words that do not matter, and the question "what", which the thing answers. Nothing but
memory helps: whoever has forgotten the first word is right with probability `CHANCE`.
(The task is the "latch" of Bengio, Simard & Frasconi 1994, in words.)

`boat_sentences` says the same in the sentences that one always draws on the board. The
module is also a data set of the kind "gap", needs no source and yields the sentences of
`batch` with the index of the thing as label. Options: ``count`` training sentences (dev
and test get a tenth of it, at least 100 each), ``gap``, ``seed``. Splits are drawn
independently; at gap 1 there are only as many sentences as things.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Labelled, Skipped

NEEDS_SOURCE = False
KIND = "gap"
TOKENIZER = "words"

THINGS = ("boat", "buoy", "gull", "island", "lighthouse", "pier", "sailor", "steamer")
CHANCE = 1 / len(THINGS)
FILLER = (
    *("and", "then", "the", "wind", "waves", "come", "go", "rise", "fall", "again"),
    *("slowly", "softly", "cold", "salt", "foam", "night"),
)
QUESTION = "what"
# The position of a word is its id. The first four are those of every vocabulary here
# (`text.vocabulary`), so that 0 may be masked; these sentences need none of them.
VOCABULARY = ("<pad>", "<unk>", "<start>", "<end>", *THINGS, *FILLER, QUESTION)
_IDS = {word: number for number, word in enumerate(VOCABULARY)}

COUNT, GAP = 4_000, 10


def batch(
    rng: np.random.Generator, batch_size: int, gap: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw sentences of ``gap`` + 1 words.

    Args:
        rng: where they come from; the same state gives the same sentences.
        batch_size: how many.
        gap: steps from the thing to the question, at least 1.

    Returns:
        token_ids, int32 (batch, gap + 1); and answers, int32 (batch,), the index of
        each thing in `THINGS`, uniformly distributed.

    Raises:
        BadInput: ``batch_size`` or ``gap`` is less than one.
    """
    _at_least(1, batch_size=batch_size, gap=gap)
    answers = rng.integers(len(THINGS), size=batch_size, dtype=np.int32)
    fillers = rng.integers(len(FILLER), size=(batch_size, gap - 1), dtype=np.int32)
    questions = np.full((batch_size, 1), _IDS[QUESTION], np.int32)
    things = answers[:, None] + np.int32(_IDS[THINGS[0]])
    fillers += np.int32(_IDS[FILLER[0]])
    return np.concatenate([things, fillers, questions], axis=1), answers


def words(token_ids: Iterable[int]) -> str:
    """One sentence ``(time,)`` as text."""
    return " ".join(VOCABULARY[number] for number in token_ids)


def ids(text: str) -> np.ndarray:
    """The way back from `words`: int32 ``(time,)``; 1 for a word that is not here."""
    return np.array([_IDS.get(word, 1) for word in text.split()], np.int32)


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    gap: int = GAP,
    seed: int = 0,
) -> Iterator[Labelled]:
    """Yield the sentences of train, dev and test; ``label`` is the answer's index.

    Args:
        source: not used; the sentences are drawn.
        skipped: stays empty; nothing can fail.
        count: number of training sentences.
        gap: steps from the thing to the question.
        seed: another seed, other sentences; not negative.

    Raises:
        BadInput: ``count`` or ``gap`` is less than one, or ``seed`` less than zero.
    """
    _at_least(1, count=count, gap=gap)
    _at_least(0, seed=seed)
    return _read(count, gap, seed)


def _read(count: int, gap: int, seed: int) -> Iterator[Labelled]:
    small = max(100, count // 10)
    for number, (split, total) in enumerate(
        zip(SPLITS, (count, small, small), strict=True)
    ):
        rng = np.random.default_rng([seed, number])
        for sentence, answer in zip(*batch(rng, total, gap), strict=True):
            yield Labelled(split, words(sentence), int(answer))


def _at_least(least: int, **numbers: int) -> None:
    for name, number in numbers.items():
        if number < least:
            raise BadInput(
                f"The gap sentences got {name}={number}; expected at least {least}: "
                f"give a larger {name}."
            )


class BoatSentence(NamedTuple):
    """A sentence with a word to guess.

    Attributes:
        words: all of them, the answer in its place; full stops are words.
        blank: position of the answer.
        answer: the word there.
        vehicle: position of the word that decides it.
        far: whether the blank is the driver, to be remembered across sentences, and not
            the surface, four words after the vehicle.
    """

    words: tuple[str, ...]
    blank: int
    answer: str
    vehicle: int
    far: bool

    def __str__(self) -> str:
        shown = (*self.words[: self.blank], "___", *self.words[self.blank + 1 :])
        return " ".join(shown)


# Vehicle, surface, driver: each word in one row only, and all drivers with "a", lest
# the article tell ("an engineer" could only mean the train).
JOURNEYS = (
    ("boat", "water", "sailor"),
    ("train", "rails", "motorman"),
    ("plane", "runway", "pilot"),
    ("car", "road", "chauffeur"),
    ("tractor", "field", "farmer"),
    ("sled", "snow", "musher"),
    ("bicycle", "path", "cyclist"),
    ("cart", "lane", "carter"),
)
# Said in between: about none of the vehicles. Five words each with the full stop.
ASIDES = (
    "the wind is cold .",
    "the sun is low .",
    "the day is long .",
    "a gull flies by .",
    "the sky is grey .",
    "a bell rings twice .",
    "the air smells salty .",
    "nobody says a word .",
)
WORDS_PER_ASIDE = 5


def boat_sentences(filler: int, rng: np.random.Generator) -> list[BoatSentence]:
    """ "The boat is on the ___ ." and "... . A ___ is driving that .", of each vehicle.

    Near: "the boat is on the water ." after the fillers, the blank being "water", four
    words after "boat". Far: the fillers stand in between, "the boat is on the water .
    the wind is cold . a sailor is driving that .", the blank being "sailor".

    Args:
        filler: sentences of `ASIDES` before (near) or in between (far), 0 or more.
        rng: draws them.

    Returns:
        One near and one far sentence for each of `JOURNEYS`. The blank of the far one
        comes ``7 + WORDS_PER_ASIDE * filler`` words after the vehicle.

    Raises:
        BadInput: ``filler`` is less than zero.
    """
    _at_least(0, filler=filler)
    found = []
    for vehicle, surface, driver in JOURNEYS:
        place = f"the {vehicle} is on the {surface} .".split()
        for far in (False, True):
            asides = " ".join(rng.choice(ASIDES, size=filler)).split()
            if far:
                said = [*place, *asides, *f"a {driver} is driving that .".split()]
            else:
                said = [*asides, *place]
            answer = driver if far else surface
            found.append(
                BoatSentence(
                    words=tuple(said),
                    blank=said.index(answer),
                    answer=answer,
                    vehicle=said.index(vehicle),
                    far=far,
                )
            )
    return found
