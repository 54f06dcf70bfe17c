"""Masked means against NumPy."""

import numpy as np

from captioning.nn.masking import masked_mean, running_mean


def test_masked_mean_against_numpy():
    values = np.random.default_rng(2).normal(size=(2, 5, 3))
    mask = np.array([[False, True, True, False, True], [False] * 5])
    expected = [values[0, mask[0]].mean(axis=0), np.zeros(3)]
    np.testing.assert_allclose(masked_mean(values, mask), expected, atol=1e-6)
    np.testing.assert_allclose(masked_mean(values), values.mean(axis=1), atol=1e-6)


def test_running_mean_against_numpy():
    inputs = np.random.default_rng(2).normal(size=(1, 5, 3))
    mask = np.array([[False, True, True, False, True]])
    real = inputs[0]
    expected = [
        np.zeros(3),
        real[1],
        real[1:3].mean(axis=0),
        real[1:3].mean(axis=0),
        real[[1, 2, 4]].mean(axis=0),
    ]
    np.testing.assert_allclose(running_mean(inputs, mask)[0], expected, atol=1e-6)
