"""ROUGE-L: examples by hand."""

import pytest

from captioning.metrics import rouge_l


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("candidate", "score"),
    [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4)],
)
def test_the_order_of_words_matters(candidate, score):
    """The example of Lin 2004, section 3.1; equal lengths make P = R = F."""
    overall, _ = rouge_l(
        {1: words(candidate)}, {1: [words("police killed the gunman")]}
    )
    assert overall == pytest.approx(score)


def test_the_best_precision_and_the_best_recall_count():
    references = [words("a"), words("a b c x x x")]
    overall, _ = rouge_l({1: words("a b c y")}, {1: references})
    precision, recall, beta2 = 3 / 4, 1.0, 1.44
    assert overall == pytest.approx(
        (1 + beta2) * precision * recall / (recall + beta2 * precision)
    )
