"""Attention: the equation against NumPy, and examples to check by eye."""

import numpy as np
import tensorflow as tf

from captioning.nn.attention import RegionAttention


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


def test_weights_sum_to_one_and_select_the_matching_region():
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


def test_masked_regions_change_nothing(seeded):
    random = np.random.default_rng(3)
    query = random.normal(size=(2, 5, 4)).astype("float32")
    regions = random.normal(size=(2, 7, 6)).astype("float32")
    mask = np.arange(7) < np.array([[4], [7]])
    layer = RegionAttention(3)
    context, weights = layer(query, layer.project_regions(regions, mask))
    np.testing.assert_array_equal(weights[0, :, 4:], 0)
    for row, real in enumerate([4, 7]):
        alone = layer.project_regions(regions[row : row + 1, :real])
        expected, expected_weights = layer(query[row : row + 1], alone)
        np.testing.assert_allclose(context[row], expected[0], rtol=1e-5)
        np.testing.assert_allclose(
            weights[row, :, :real], expected_weights[0], rtol=1e-5
        )


def test_a_memory_is_a_nest_of_tensors_with_and_without_a_mask(seeded):
    """So that it can be a loop variable, and its rows can be gathered."""
    layer = RegionAttention(3)
    regions = tf.random.stateless_normal((2, 7, 6), seed=(0, 0))
    for mask in (None, tf.ones((2, 7), tf.bool)):
        memory = layer.project_regions(regions, mask)
        turned = tf.nest.map_structure(lambda t: tf.gather(t, [1, 0, 0]), memory)
        context, weights = layer(tf.ones((3, 1, 4)), turned)
        assert context.shape == (3, 1, 3)
        # With nothing masked the values equal those without a mask, bit by bit.
        np.testing.assert_array_equal(
            weights, layer(tf.ones((3, 1, 4)), turned._replace(mask=()))[1]
        )
