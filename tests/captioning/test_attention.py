"""Attention: the equation against NumPy, and pictures one can check by eye."""

import numpy as np

from captioning.attention import RegionAttention


def test_equal_to_numpy(seeded):
    random = np.random.default_rng(3)
    query = random.normal(size=(2, 5, 4)).astype("float32")
    regions = random.normal(size=(2, 7, 6)).astype("float32")
    layer = RegionAttention(3)
    context, weights = layer(query, layer.project_regions(regions))

    def dense(x, layer):
        kernel, bias = layer.get_weights()
        return x @ kernel + bias

    q = dense(query, layer.query)
    k = dense(regions, layer.key)
    v = dense(regions, layer.value)
    scores = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(3))
    expected = scores / scores.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(weights, expected, rtol=1e-5)
    np.testing.assert_allclose(context, expected @ v, rtol=1e-5)


def test_weights_sum_to_one_and_find_the_region_asked_for():
    layer = RegionAttention(2)
    regions = np.array([[[9.0, 0.0], [0.0, 9.0]]])
    memory = layer.project_regions(regions)
    layer(np.ones((1, 1, 2)), memory)
    for dense in (layer.query, layer.key, layer.value):
        dense.set_weights([np.eye(2), np.zeros(2)])
    memory = layer.project_regions(regions)
    context, weights = layer(np.array([[[9.0, 0.0], [0.0, 9.0]]]), memory)
    np.testing.assert_allclose(np.sum(weights, axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(weights[0], np.eye(2), atol=1e-6)
    np.testing.assert_allclose(context[0], regions[0], atol=1e-4)
