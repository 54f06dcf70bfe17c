"""Habits: counted by hand on a few captions."""

import pytest

from captioning.metrics.diversity import Habits, habits, mean_diversity


def words(*captions):
    return [caption.split() for caption in captions]


def test_four_numbers_by_hand():
    found = habits(
        words(
            "a dog runs",
            "a dog in a",
            "a man and a man and a man",  # "a man and" and "man and a" come twice
            "",
        )
    )
    assert found == Habits(
        length=(3 + 4 + 8 + 0) / 4, vocabulary=6, broken_off=1 / 4, repeating=1 / 4
    )


def test_the_mean_of_writers_has_a_caption_a_picture():
    found = mean_diversity([words("a dog", "a dog"), words("one two", "three four")])
    assert found == Habits(length=2, vocabulary=(2 + 4) / 2, broken_off=0, repeating=0)


def test_of_nothing_there_are_no_habits():
    with pytest.raises(ValueError, match="expected one or more"):
        habits([])
