"""Sentences of the lecture's example: the boat is on the ___. A ___ is driving that.

A near word ("water") can be guessed from "boat", four words before it. A far word
("sailor") has to be remembered across sentences about something else.
"""

from typing import NamedTuple

import numpy as np

from data_prep.harbour.sampling import check_at_least


class BoatSentence(NamedTuple):
    """A sentence with one word to guess.

    Attributes:
        words: all words, the answer included; full stops are words.
        blank: position of the answer.
        answer: the word there.
        vehicle: position of the word that determines the answer.
        far: True if the blank is the driver, determined sentences before; False if it
            is the surface, four words after the vehicle.
    """

    words: tuple[str, ...]
    blank: int
    answer: str
    vehicle: int
    far: bool

    def __str__(self) -> str:
        shown = (*self.words[: self.blank], "___", *self.words[self.blank + 1 :])
        return " ".join(shown)


# Vehicle, surface, driver. Each word is in one row only, and all drivers take "a", so
# that the article tells nothing ("an engineer" could only mean the train).
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
# Sentences in between, about none of the vehicles; five words each with the full stop.
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
    """Return one near and one far sentence of each vehicle.

    Near: the fillers, then "the boat is on the ___ .", where the blank is "water", four
    words after "boat". Far: "the boat is on the water .", the fillers, and "a ___ is
    driving that .", where the blank is "sailor".

    Args:
        filler: number of sentences of `ASIDES` before (near) or between (far), 0 or
            more.
        rng: draws the fillers.

    Returns:
        Sentences for each of `JOURNEYS`. The blank of the far one comes
        ``7 + WORDS_PER_ASIDE * filler`` words after the vehicle.

    Raises:
        BadInput: ``filler`` is less than zero.
    """
    check_at_least("the boat sentences", 0, filler=filler)
    found = []
    for vehicle, surface, driver in JOURNEYS:
        place = f"the {vehicle} is on the {surface} .".split()
        for far in (False, True):
            asides = " ".join(rng.choice(ASIDES, size=filler)).split()
            if far:
                words = [*place, *asides, *f"a {driver} is driving that .".split()]
            else:
                words = [*asides, *place]
            answer = driver if far else surface
            found.append(
                BoatSentence(
                    words=tuple(words),
                    blank=words.index(answer),
                    answer=answer,
                    vehicle=words.index(vehicle),
                    far=far,
                )
            )
    return found
