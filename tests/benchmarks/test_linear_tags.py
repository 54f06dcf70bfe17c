"""The linear baseline for tags finds what is linear."""

import numpy as np
import pytest

from benchmarks import linear_tags


@pytest.mark.parametrize("penalty", [0.01, 3.0])
def test_ridge_is_least_squares_with_the_penalty_as_further_rows(penalty):
    """|X W - Y|^2 + p |W|^2 = |[X; sqrt(p) I] W - [Y; 0]|^2."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(40, 5)).astype(np.float32)
    targets = random.random((40, 3)) < 0.3
    rows = np.vstack([inputs, penalty**0.5 * np.eye(5)])
    centred = np.vstack([targets - targets.mean(axis=0), np.zeros((5, 3))])
    expected, *_ = np.linalg.lstsq(rows, centred)
    np.testing.assert_allclose(
        linear_tags.ridge(inputs, targets, penalty), expected, atol=1e-5
    )


def test_tags_that_are_linear_in_the_regions_are_found():
    random = np.random.default_rng(1)
    directions = random.normal(size=(6, 4))
    pooled = {
        name: random.normal(size=(200, 6)).astype(np.float32)
        for name in ("train", "dev", "test")
    }
    has_tag = {name: rows @ directions > 0 for name, rows in pooled.items()}
    penalty, scores = linear_tags.measure(pooled, has_tag)
    assert penalty in linear_tags.PENALTIES
    assert min(scores.values()) > 0.95
    shuffled = {name: random.permutation(has) for name, has in has_tag.items()}
    assert linear_tags.measure(pooled, shuffled)[1]["test"] < 0.7  # of nothing, chance
