"""Boat sentences: what is near, what is far, and that nothing else tells the answer."""

import numpy as np
import pytest

from captioning.experiments.long_term.boat_sentences import (
    ASIDES,
    JOURNEYS,
    WORDS_PER_ASIDE,
    boat_sentences,
)
from data_prep.errors import BadInput


def test_the_boat_is_on_the_water():
    near, far = boat_sentences(0, np.random.default_rng(0))[:2]
    assert str(near) == "the boat is on the ___ ."
    assert str(far) == "the boat is on the water . a ___ is driving that ."
    assert (near.answer, far.answer) == ("water", "sailor")


@pytest.mark.parametrize("filler", [0, 1, 7])
def test_near_stays_near_and_far_goes_with_the_filler(filler):
    sentences = boat_sentences(filler, np.random.default_rng(3))
    assert len(sentences) == 2 * len(JOURNEYS)
    for sentence in sentences:
        assert sentence.words[sentence.blank] == sentence.answer
        distance = sentence.blank - sentence.vehicle
        assert distance == (7 + WORDS_PER_ASIDE * filler if sentence.far else 4)


def test_only_the_vehicle_s_sentence_tells_the_driver():
    """All far sentences are alike from the first full stop to the blank."""
    words = [word for journey in JOURNEYS for word in journey]
    asides = [word for aside in ASIDES for word in aside.split()]
    assert len(set(words)) == len(words)
    assert not set(words) & set(asides)
    assert {len(aside.split()) for aside in ASIDES} == {WORDS_PER_ASIDE}
    for sentence in boat_sentences(2, np.random.default_rng(4)):
        if sentence.far:
            between = sentence.words[7 : sentence.blank]
            assert set(between) <= {*asides, "a"}


def test_less_filler_than_none_is_refused():
    with pytest.raises(BadInput, match="at least 0"):
        boat_sentences(-1, np.random.default_rng(0))
