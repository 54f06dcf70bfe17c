"""BLEU: examples by hand."""

import math

import pytest

from captioning.metrics import bleu


def words(text: str) -> list[str]:
    return text.split()


def test_counts_are_clipped_to_those_of_the_references():
    """The example of Papineni et al. 2002, section 2.1: two of seven."""
    overall, _ = bleu(
        {1: words("the the the the the the the")},
        {1: [words("the cat is on the mat"), words("there is a cat on the mat")]},
    )
    assert overall["BLEU-1"] == pytest.approx(2 / 7)
    assert overall["BLEU-2"] == pytest.approx(0, abs=1e-3)


def test_the_brevity_penalty():
    overall, _ = bleu({1: words("a red")}, {1: [words("a red boat sails")]})
    assert overall["BLEU-1"] == pytest.approx(math.exp(1 - 4 / 2))


@pytest.mark.parametrize("lengths", [(3, 5), (5, 3)])
def test_the_shorter_of_two_equally_close_references_counts(lengths):
    overall, _ = bleu({1: ["a"] * 4}, {1: [["a"] * length for length in lengths]})
    assert overall["BLEU-1"] == pytest.approx(3 / 4 if max(lengths) == 3 else 1)
    shorter, _ = bleu({1: ["a"] * 4}, {1: [["a"] * 5]})
    assert shorter["BLEU-1"] == pytest.approx(math.exp(1 - 5 / 4))


def test_counts_of_a_corpus_are_added_before_dividing():
    candidates = {1: words("a b"), 2: words("a b c d e f x x")}
    references = {1: [words("x x")], 2: [words("a b c d e f g h")]}
    overall, per_image = bleu(candidates, references)
    assert per_image[1]["BLEU-1"] == pytest.approx(0, abs=1e-9)
    assert per_image[2]["BLEU-1"] == pytest.approx(6 / 8)
    assert overall["BLEU-1"] == pytest.approx(6 / 10)
