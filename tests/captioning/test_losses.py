"""The cross-entropy of a token, against the definition."""

import numpy as np
import pytest

from captioning.losses import token_cross_entropy


def test_equal_logits_cost_log_v():
    loss = token_cross_entropy(np.array([0, 3]), np.zeros((2, 7)))
    np.testing.assert_allclose(loss, np.log(7), rtol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_equal_to_the_one_hot_definition(smoothing):
    random = np.random.default_rng(4)
    logits = random.normal(size=(6, 5)) * 3
    labels = np.array([0, 1, 2, 3, 4, 4])
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    target = (1 - smoothing) * np.eye(5)[labels] + smoothing / 5
    expected = -(target * log_p).sum(axis=-1)
    np.testing.assert_allclose(
        token_cross_entropy(labels, logits, smoothing), expected, rtol=1e-5
    )
