"""The schedule of tasks: all steps of each, once, evenly spread."""

from collections import Counter

import pytest

from captioning.training.task_schedule import interleave, steps_of_epoch

STEPS = {"captions": 14, "sentiment": 9, "translation": 31, "tags": 1}


@pytest.mark.parametrize("epochs", [1, 4, 14, 40])
def test_all_epochs_together_hold_all_steps(epochs):
    taken = Counter(
        name for epoch in range(epochs) for name in interleave(STEPS, epoch, epochs)
    )
    assert taken == STEPS


def test_an_epoch_takes_its_steps():
    for epoch in range(5):
        taken = Counter(interleave(STEPS, epoch, 5))
        for name, steps in STEPS.items():
            assert taken[name] == len(steps_of_epoch(steps, epoch, 5))


def test_no_task_waits_longer_than_its_share_says():
    """Of 55 steps translation has 31: it never waits for more than two others."""
    order = interleave(STEPS, 0, 1)
    waits = "".join("T" if name == "translation" else "." for name in order).split("T")
    assert max(map(len, waits)) <= 2


def test_equals_alternate_in_their_order():
    assert interleave({"a": 3, "b": 3}, 0, 1) == ["a", "b"] * 3


def test_a_single_task_takes_all_steps():
    assert interleave({"captions": 5}, 1, 2) == ["captions"] * 3
