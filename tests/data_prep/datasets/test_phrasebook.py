"""The phrase book as a data set: order, splits, and its seed."""

from itertools import islice

import pytest

from data_prep.datasets import phrasebook
from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Skipped


@pytest.fixture(scope="module")
def examples():
    return list(phrasebook.read(None, Skipped(), count=1_500, seed=2))


def test_the_splits_come_in_order_with_all_languages(examples):
    expected = 1_500 * ["train"] + 150 * ["dev"] + 150 * ["test"]
    assert [example.split for example in examples] == expected
    for example in examples:
        assert tuple(example.texts) == phrasebook.LANGUAGES
        assert all(text and text == text.strip() for text in example.texts.values())


@pytest.mark.parametrize("language", phrasebook.LANGUAGES)
def test_no_sentence_is_in_two_splits(examples, language):
    texts = {s: {e.texts[language] for e in examples if e.split == s} for s in SPLITS}
    assert not texts["train"] & (texts["dev"] | texts["test"])
    assert not texts["dev"] & texts["test"]


@pytest.mark.parametrize("language", phrasebook.LANGUAGES)
def test_every_word_of_dev_and_test_occurs_in_training(examples, language):
    words = {
        s: {w for e in examples if e.split == s for w in e.texts[language].split()}
        for s in SPLITS
    }
    assert words["dev"] | words["test"] <= words["train"]
    assert len(words["train"]) < 120


def test_the_seed_determines_the_examples(examples):
    again = phrasebook.read(None, Skipped(), count=1_500, seed=2)
    assert list(again) == examples
    others = islice(phrasebook.read(None, Skipped(), count=1_500, seed=3), 20)
    assert any(a != b for a, b in zip(others, examples, strict=False))


def test_less_than_one_is_refused_before_anything_is_generated():
    with pytest.raises(BadInput, match="at least 1"):
        phrasebook.read(None, Skipped(), count=0)
