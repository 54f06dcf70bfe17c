"""Products with padded matrices equal plain products."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.matmul import (
    CACHE_LINE,
    matmul_padded,
    pad_columns,
    padded_transpose,
    project,
)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_a_padded_matrix_gives_the_same_product(dtype):
    vectors = tf.cast(tf.random.stateless_normal((3, 4), seed=(0, 1)), dtype)
    matrix = tf.cast(tf.random.stateless_normal((4, 8), seed=(0, 2)), dtype)
    wide = pad_columns(matrix)
    assert (wide.shape[1] - 8) * wide.dtype.size == CACHE_LINE
    found = matmul_padded(vectors, wide, 8)
    assert found.dtype == dtype
    np.testing.assert_allclose(
        tf.cast(found, "float32"), tf.cast(vectors @ matrix, "float32"), rtol=1e-6
    )


def test_a_padded_transpose_gives_the_product_by_the_transpose():
    vectors = tf.random.stateless_normal((3, 8), seed=(0, 1))
    matrix = tf.random.stateless_normal((4, 8), seed=(0, 2))
    found = matmul_padded(vectors, padded_transpose(matrix), 4)
    expected = tf.matmul(vectors, matrix, transpose_b=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_projection_casts_its_kernel_and_has_a_static_shape(dtype):
    kernel = tf.random.stateless_normal((4, 8), seed=(0, 2))
    spec = tf.TensorSpec((None, None, 4), dtype)
    graph = tf.function(project, input_signature=[spec, tf.TensorSpec((4, 8))])
    found = graph(tf.ones((2, 3, 4), dtype), kernel)
    assert graph.get_concrete_function().output_shapes.as_list() == [None, None, 8]
    assert found.dtype == dtype
    expected = np.broadcast_to(tf.reduce_sum(kernel, axis=0), (2, 3, 8))
    np.testing.assert_allclose(tf.cast(found, "float32"), expected, atol=0.05)


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (0, 3, 4)])
def test_a_projection_has_the_values_and_gradients_of_tensordot(shape):
    generator = np.random.default_rng(0)
    inputs, kernel, d_product = (
        tf.constant(generator.normal(size=size))
        for size in (shape, (4, 8), (*shape[:-1], 8))
    )
    (found, *d_found), (expected, *d_expected) = (
        _value_and_gradients(way, inputs, kernel, d_product)
        for way in (project, lambda x, w: tf.tensordot(x, w, 1))
    )
    assert found.shape == expected.shape
    for one, other in zip((found, *d_found), (expected, *d_expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def _value_and_gradients(way, inputs, kernel, d_product):
    with tf.GradientTape() as tape:
        tape.watch([inputs, kernel])
        found = way(inputs, kernel)
    return found, *tape.gradient(found, [inputs, kernel], d_product)
