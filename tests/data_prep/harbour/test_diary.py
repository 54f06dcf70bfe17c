"""Diaries: their labels, their splits, and how they are written."""

import re

import pytest

from data_prep.datasets import diary
from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Skipped
from data_prep.harbour import diary_english, diary_korean
from data_prep.harbour.diary import Entry, Phrase


@pytest.fixture(scope="module")
def examples():
    return list(diary.read(None, Skipped(), count=2000))


def written(module, *, main, other=None, adverb=""):
    """Return many wordings of a meaning."""
    return {module.sentence(Entry(main, other, adverb, n)) for n in range(200)}


def test_splits_are_balanced_and_share_no_sentence(examples):
    texts = {s: {e.text for e in examples if e.split == s} for s in SPLITS}
    assert not texts["train"] & (texts["dev"] | texts["test"])
    assert not texts["dev"] & texts["test"]
    assert 0.45 < sum(e.label for e in examples) / len(examples) < 0.55
    korean = [bool(re.search("[가-힣]", e.text)) for e in examples]
    assert sum(korean) == len(examples) / 2


def test_one_language_alone_and_none_that_is_not_there():
    alone = diary.read(None, Skipped(), count=10, language="ko")
    assert all(re.search("[가-힣]", e.text) for e in alone)
    with pytest.raises(BadInput, match="language='de'"):
        next(diary.read(None, Skipped(), language="de"))


@pytest.mark.parametrize("module", [diary_english, diary_korean])
def test_no_phrase_is_both_good_and_bad(module):
    phrases = module.LEXICON.phrases
    everything = [phrase for of_sign in phrases.values() for phrase in of_sign]
    assert len(set(everything)) == len(everything)
    assert all(len(phrases[sign]) > 100 for sign in (1, -1))


def test_korean_endings_and_negation():
    happy = Phrase("행복하/행복했", 1)
    texts = written(diary_korean, main=happy)
    assert {"행복했다.", "행복했어요", "행복하다."} <= texts
    unhappy = Phrase("행복하/행복했", -1, negated=True)
    texts = written(diary_korean, main=unhappy)
    assert {"행복하지 않았다.", "행복하지 않다.", "안 행복했다."} <= texts
    assert not any("못" in text for text in texts)  # a state cannot fail
    lost = Phrase("표를 구하/구했", -1, negated=True)
    texts = written(diary_korean, main=lost)
    assert {"표를 구하지 못했다.", "표를 구할 수 없었다."} <= texts
    pair = written(diary_korean, main=happy, other=Phrase("비가 그치/그쳤", 1))
    assert any("비가 그쳐서" in text for text in pair)
    contrast = written(diary_korean, main=happy, other=Phrase("지/졌", -1))
    assert any("졌지만" in text for text in contrast)
    assert not any("져서" in text for text in contrast)


def test_english_subjects_and_negation():
    lost = Phrase("lose/lost my bag", -1)
    texts = written(diary_english, main=lost, adverb="sadly")
    assert any("sadly lost his bag" in text for text in texts)
    assert not any("she lost my" in text for text in texts)
    kept = Phrase("lose/lost my bag", 1, negated=True)
    texts = written(diary_english, main=kept)
    assert any("e did not lose our bag" in text for text in texts)
    cold = Phrase("the food was cold", 1, negated=True)
    assert {"The food is not cold.", "The food was not cold."} <= written(
        diary_english, main=cold
    )
    contrast = written(diary_english, main=Phrase("I was glad", 1), other=lost)
    assert all(re.search("(?i)but|yet|how|until|though", text) for text in contrast)
