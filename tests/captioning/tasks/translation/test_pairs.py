"""The pairs of an epoch: which directions they teach, and whose turn it is."""

from collections import Counter

import pytest

from captioning.tasks.translation.directions import directions_of
from captioning.tasks.translation.pairs import Pair, TrainingPairs

DIRECTIONS = directions_of(["en", "de"])
HUMAN = [{"en": f"human {n}", "de": f"Mensch {n}"} for n in range(2)]


def model_rows(count, original="de"):
    return [
        {"en": f"model {n}", "de": f"Original {n}", "original": original}
        for n in range(count)
    ]


def test_people_teach_both_directions_and_a_model_the_one_to_the_original():
    pairs = TrainingPairs(HUMAN[:1] + model_rows(1), DIRECTIONS).of_epoch(0, seed=0)
    assert pairs == [
        Pair("human 0", "Mensch 0", "de"),
        Pair("Mensch 0", "human 0", "en"),
        Pair("model 0", "Original 0", "de"),
    ]
    pairs = TrainingPairs(HUMAN[:1] + model_rows(1, "en"), DIRECTIONS).of_epoch(0, 0)
    assert pairs[2:] == [Pair("Original 0", "model 0", "en")]
    pairs = TrainingPairs(model_rows(1), DIRECTIONS, self_training=True)
    assert pairs._of_model == [
        Pair("model 0", "Original 0", "de"),
        Pair("Original 0", "model 0", "en"),
    ]


@pytest.mark.parametrize("seed", [0, 7])
def test_an_epoch_has_at_most_as_many_of_a_model_and_all_get_their_turn(seed):
    all_pairs = TrainingPairs(HUMAN + model_rows(6), DIRECTIONS)
    epochs = [all_pairs.of_epoch(epoch, seed) for epoch in range(3)]
    assert [len(pairs) for pairs in epochs] == [8, 8, 8]
    assert epochs[0][:4] == epochs[1][:4] == epochs[2][:4]
    times = Counter(pair.target for pairs in epochs for pair in pairs[4:])
    assert times == {f"Original {n}": 2 for n in range(6)}
    assert all_pairs.of_epoch(1, seed) == epochs[1]  # a resumed training sees the same
    assert all_pairs.of_epoch(0, seed + 1) != epochs[0]
