"""Moods as a data set: splits, languages, and word counts that do not suffice."""

import re
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from data_prep.datasets import moods
from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Skipped


@pytest.fixture(scope="module")
def examples():
    return list(moods.read(None, Skipped()))


def words(text):
    return re.findall(r"\w+", text.lower())


def test_the_splits_come_in_order_and_are_balanced(examples):
    expected = moods.COUNT * ["train"] + 1_200 * ["dev"] + 1_200 * ["test"]
    assert [example.split for example in examples] == expected
    for split in SPLITS:
        labels = [e.label for e in examples if e.split == split]
        assert set(labels) == {0, 1}
        assert abs(sum(labels) / len(labels) - 0.5) < 0.04


def test_no_sentence_is_in_two_splits_or_has_two_labels(examples):
    texts = {s: {e.text for e in examples if e.split == s} for s in SPLITS}
    assert not texts["train"] & (texts["dev"] | texts["test"])
    assert not texts["dev"] & texts["test"]
    assert len({(e.text, e.label) for e in examples}) == len({e.text for e in examples})


def test_both_languages_in_equal_parts_or_one_alone(examples):
    korean = [bool(re.search("[가-힣]", e.text)) for e in examples]
    assert 0.47 < sum(korean) / len(korean) < 0.53
    for language in ("en", "ko"):
        reading = moods.read(None, Skipped(), count=100, language=language)
        alone = [re.search("[가-힣]", e.text) is not None for e in reading]
        assert set(alone) == {language == "ko"}


def test_every_word_occurs_in_training_and_none_is_rare(examples):
    seen = {
        s: {w for e in examples if e.split == s for w in words(e.text)} for s in SPLITS
    }
    assert seen["dev"] | seen["test"] <= seen["train"]
    assert len(seen["train"]) < 400
    counts = Counter(w for e in examples if e.split == "train" for w in words(e.text))
    assert min(counts.values()) >= 5  # the default threshold of the vocabulary


@pytest.mark.parametrize("language", ["both", "en", "ko"])
def test_counting_words_does_not_tell_the_label(language, examples):
    """The best linear function of the word counts is right in 0.85 at most."""
    if language != "both":
        examples = list(moods.read(None, Skipped(), language=language))
    known = sorted({w for e in examples for w in words(e.text)})
    column = {word: number for number, word in enumerate(known)}
    counts = np.zeros((len(examples), len(known) + 1))
    counts[:, -1] = 1.0
    for row, example in enumerate(examples):
        for word in words(example.text):
            counts[row, column[word]] += 1
    labels = np.array([2 * e.label - 1 for e in examples])
    train = np.array([e.split == "train" for e in examples])
    square = counts[train].T @ counts[train] + np.eye(len(known) + 1)
    weights = np.linalg.solve(square, counts[train].T @ labels[train])
    right = (counts @ weights > 0) == (labels > 0)
    assert right[train].mean() < 0.87
    assert right[~train].mean() < 0.85


@pytest.mark.parametrize(
    ("word", "low", "high"),
    [("불행하게도", 0.0, 0.25), ("unfortunately", 0.0, 0.25), ("다행히", 0.75, 1.0)],
)
def test_an_opener_makes_a_label_likely_but_not_certain(examples, word, low, high):
    labels = [e.label for e in examples if word in words(e.text)]
    assert len(labels) > 100
    assert low < sum(labels) / len(labels) < high


def test_the_seed_determines_the_examples(examples):
    assert list(islice(moods.read(None, Skipped()), 50)) == examples[:50]
    others = list(islice(moods.read(None, Skipped(), seed=1), 50))
    assert others != examples[:50]


@pytest.mark.parametrize("option", [{"count": 0}, {"language": "de"}])
def test_bad_options_are_refused_before_anything_is_generated(option):
    with pytest.raises(BadInput, match="expected"):
        moods.read(None, Skipped(), **option)


def test_generated_texts_need_no_tensorflow():
    check = (
        "import sys; from data_prep.datasets import gap, moods, phrasebook; "
        "print('tensorflow' in sys.modules)"
    )
    command = [sys.executable, "-c", check]
    root = Path(moods.__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"
