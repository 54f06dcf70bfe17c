"""Recall and average precision, by hand and against scikit-learn."""

import numpy as np
import pytest

from captioning.metrics.ranking import (
    average_precision,
    macro_average_precision,
    recall_at_k,
)


def test_recall_by_hand():
    scores = [[9, 8, 7, 6], [1, 2, 3, 4], [4, 3, 2, 1]]
    truth = [[1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]  # the last row does not count
    assert recall_at_k(scores, truth, 1) == pytest.approx((1 / 2 + 0) / 2)
    assert recall_at_k(scores, truth, 3) == pytest.approx((1 + 0) / 2)
    assert recall_at_k(scores, truth, 4) == 1.0


def test_excluded_words_are_neither_ranked_nor_right():
    scores, truth = [[9, 8, 7, 6]], [[1, 0, 1, 0]]
    assert recall_at_k(scores, truth, 2, excluded=[[1, 0, 0, 0]]) == 1.0
    assert recall_at_k(scores, truth, 1, excluded=[[0, 1, 0, 0]]) == 0.5
    with pytest.raises(ValueError, match="no row with a right word"):
        recall_at_k(scores, truth, 2, excluded=truth)


def test_recall_does_not_change_its_arguments():
    scores, truth = np.ones((1, 3)), np.ones((1, 3), bool)
    recall_at_k(scores, truth, 2, excluded=[[1, 0, 0]])
    assert scores.all() and truth.all()


@pytest.mark.parametrize("k", [0, 5])
def test_recall_refuses_an_impossible_k(k):
    with pytest.raises(ValueError, match="expected 1 to 4"):
        recall_at_k([[1, 2, 3, 4]], [[1, 0, 0, 0]], k)


def test_average_precision_by_hand():
    # Right at ranks 1, 3 and 5.
    expected = (1 / 1 + 2 / 3 + 3 / 5) / 3
    assert average_precision([5, 4, 3, 2, 1], [1, 0, 1, 0, 1]) == pytest.approx(
        expected
    )


def test_average_precision_equals_that_of_scikit_learn():
    from sklearn.metrics import average_precision_score

    random = np.random.default_rng(8)
    scores, truth = random.normal(size=(50, 9)), random.random((50, 9)) < 0.2
    assert macro_average_precision(scores, truth) == pytest.approx(
        average_precision_score(truth, scores, average="macro")
    )


def test_a_tag_without_pictures_is_left_out_of_the_mean():
    scores, truth = np.eye(3), np.eye(3)
    truth[2] = 0
    assert macro_average_precision(scores, truth) == 1.0
    with pytest.raises(ValueError, match="no picture with a tag"):
        macro_average_precision(scores, np.zeros((3, 3)))
