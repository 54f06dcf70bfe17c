"""Diversity: its four numbers, counted by hand on a few captions."""

import pytest

from captioning.metrics.diversity import Diversity, diversity, mean_diversity


def words(*captions):
    return [caption.split() for caption in captions]


def test_four_numbers_by_hand():
    found = diversity(
        words(
            "a dog runs",
            "a dog in a",
            "a man and a man and a man",  # "a man and" and "man and a" occur twice
            "",
        )
    )
    assert found == Diversity(
        mean_length=(3 + 4 + 8 + 0) / 4,
        vocabulary_size=6,
        truncated=1 / 4,
        repetitive=1 / 4,
    )


def test_the_mean_over_writers():
    found = mean_diversity([words("a dog", "a dog"), words("one two", "three four")])
    assert found == Diversity(
        mean_length=2, vocabulary_size=(2 + 4) / 2, truncated=0, repetitive=0
    )


def test_no_captions_are_an_error():
    with pytest.raises(ValueError, match="expected one or more"):
        diversity([])
