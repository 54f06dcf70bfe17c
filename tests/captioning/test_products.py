"""Products with spaced matrices are products."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.products import CACHE_LINE, product, spaced


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_a_spaced_matrix_gives_the_same_product(dtype):
    vectors = tf.cast(tf.random.stateless_normal((3, 4), seed=(0, 1)), dtype)
    matrix = tf.cast(tf.random.stateless_normal((4, 8), seed=(0, 2)), dtype)
    wide = spaced(matrix)
    assert (wide.shape[1] - 8) * wide.dtype.size == CACHE_LINE
    found = product(vectors, wide, 8)
    assert found.dtype == dtype
    np.testing.assert_allclose(
        tf.cast(found, "float32"), tf.cast(vectors @ matrix, "float32"), rtol=1e-6
    )
