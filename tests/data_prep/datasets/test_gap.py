"""Gap sentences: only the first word determines the answer."""

from collections import Counter

import numpy as np
import pytest

from data_prep.datasets import gap
from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Skipped


@pytest.mark.parametrize("steps", [1, 2, 5, 200])
def test_the_thing_comes_first_and_the_question_last(steps):
    token_ids, answers = gap.batch(np.random.default_rng(0), 64, steps)
    assert token_ids.shape == (64, steps + 1) and answers.shape == (64,)
    assert token_ids.dtype == answers.dtype == np.int32
    for sentence, answer in zip(token_ids, answers, strict=True):
        first, *fillers, last = gap.words(sentence).split()
        assert first == gap.THINGS[answer]
        assert last == gap.QUESTION
        assert set(fillers) <= set(gap.FILLER)


def test_answers_are_uniform_and_independent_of_the_fillers():
    token_ids, answers = gap.batch(np.random.default_rng(1), 40_000, 3)
    shares = np.bincount(answers, minlength=len(gap.THINGS)) / len(answers)
    assert gap.CHANCE == 1 / 8
    assert np.abs(shares - gap.CHANCE).max() < 0.01
    # Knowing both fillers, the best guess is right hardly more often than by chance.
    guesses = {}
    for a, b, answer in zip(token_ids[:, 1], token_ids[:, 2], answers, strict=True):
        guesses.setdefault((a, b), Counter())[answer] += 1
    best = sum(max(counts.values()) for counts in guesses.values()) / len(answers)
    assert best < gap.CHANCE + 0.06


def test_the_vocabulary_is_a_bijection_after_the_special_tokens():
    assert len(set(gap.VOCABULARY)) == len(gap.VOCABULARY)
    everything = np.arange(len(gap.VOCABULARY))
    assert np.array_equal(gap.ids(gap.words(everything)), everything)
    assert gap.ids("boat unheard").tolist() == [4, 1]
    token_ids, _ = gap.batch(np.random.default_rng(2), 500, 20)
    assert set(token_ids.ravel().tolist()) == set(everything[4:].tolist())


def test_the_generator_determines_the_sentences():
    one, other = (gap.batch(np.random.default_rng(5), 8, 9) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    rng = np.random.default_rng(5)
    first, second = (gap.batch(rng, 8, 9)[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_as_a_data_set_it_yields_the_same_sentences_with_labels():
    examples = list(gap.read(None, Skipped(), count=120, gap=4, seed=1))
    counts = Counter(example.split for example in examples)
    assert [counts[s] for s in SPLITS] == [120, 100, 100]
    assert [e.split for e in examples] == sorted(
        (e.split for e in examples), key=SPLITS.index
    )
    for example in examples:
        assert len(example.text.split()) == 5
        assert gap.THINGS[example.label] == example.text.split()[0]
    assert list(gap.read(None, Skipped(), count=120, gap=4, seed=1)) == examples


@pytest.mark.parametrize("option", [{"count": 0}, {"gap": 0}, {"seed": -1}])
def test_bad_options_are_refused_before_anything_is_drawn(option):
    with pytest.raises(BadInput, match="at least"):
        gap.read(None, Skipped(), **option)
