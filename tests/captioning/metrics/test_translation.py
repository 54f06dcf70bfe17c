"""BLEU of translations: known cases, and its signature."""

import math

import pytest

from captioning.metrics.translation import bleu, signature


def test_case_matters_only_to_the_cased_score():
    said = ["Ein Mann fährt ein Boot.", "Zwei Hunde rennen am Strand."]
    assert bleu(said, said)[:2] == pytest.approx((100, 100))
    lowered = bleu([text.lower() for text in said], said)
    assert lowered.lower_cased == pytest.approx(100)
    assert lowered.cased < 90


def test_n_grams_and_brevity_are_those_of_the_corpus():
    """By hand: 13a cuts the full stop off; counts add up over both sentences."""
    found = bleu(["a b c d e.", "f g h i"], ["a b c d x.", "f g h i j k"])
    # 1- to 4-grams found, of those said; 10 tokens said, 12 in the references.
    precisions = [9 / 10, 6 / 8, 4 / 6, 2 / 4]
    expected = math.prod(precisions) ** (1 / 4) * math.exp(1 - 12 / 10)
    assert found.lower_cased == pytest.approx(100 * expected)


def test_the_signature_has_the_options():
    said = signature()
    for part in ("nrefs:1", "case:lc", "tok:13a", "version:"):
        assert part in said


@pytest.mark.parametrize("said, meant", [([], []), (["a"], ["a", "b"])])
def test_unequal_numbers_of_sentences_are_refused(said, meant):
    with pytest.raises(ValueError, match="one reference for each"):
        bleu(said, meant)
