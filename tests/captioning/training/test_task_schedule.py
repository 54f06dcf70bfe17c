"""Whose turn it is: everybody's steps, each once, evenly spread."""

from collections import Counter

import pytest

from captioning.training.task_schedule import span, turns

STEPS = {"captions": 14, "sentiment": 9, "translation": 31, "tags": 1}


@pytest.mark.parametrize("epochs", [1, 4, 14, 40])
def test_all_epochs_together_hold_everybodys_steps(epochs):
    taken = Counter(
        name for epoch in range(epochs) for name in turns(STEPS, epoch, epochs)
    )
    assert taken == STEPS


def test_an_epoch_takes_the_steps_of_its_span():
    for epoch in range(5):
        taken = Counter(turns(STEPS, epoch, 5))
        for name, steps in STEPS.items():
            first, after = span(steps, epoch, 5)
            assert taken[name] == after - first


def test_nobody_waits_longer_than_the_share_says():
    """Of 55 steps translation has 31: it never waits for more than two others."""
    order = turns(STEPS, 0, 1)
    waits = "".join("T" if name == "translation" else "." for name in order).split("T")
    assert max(map(len, waits)) <= 2


def test_equals_take_turns_in_their_order():
    assert turns({"a": 3, "b": 3}, 0, 1) == ["a", "b"] * 3


def test_alone_it_is_always_its_turn():
    assert turns({"captions": 5}, 1, 2) == ["captions"] * 3
