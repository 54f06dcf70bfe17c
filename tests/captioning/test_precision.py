"""Precision: products round to bfloat16 inside, and nothing does outside."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.precision import products_in


def _has_bfloat16() -> bool:
    try:
        with open("/proc/cpuinfo") as facts:
            return "avx512_bf16" in facts.read()
    except OSError:
        return False


@tf.function(autograph=False)
def _product(matrix, ones):
    return tf.matmul(matrix, ones)


def test_inside_products_round_outside_they_do_not():
    if not _has_bfloat16():
        pytest.skip("this processor has no bfloat16, and TensorFlow leaves it alone")
    # 1 + 2^-12 is a number of float32; bfloat16's next after 1 is 1 + 2^-7.
    matrix, ones = tf.fill((64, 64), 1 + 2.0**-12), tf.ones((64, 64))
    exact = 64 * (1 + 2.0**-12)
    with products_in("bfloat16"):
        np.testing.assert_array_equal(_product(matrix, ones), 64)
        with products_in("float32"):
            np.testing.assert_allclose(_product(matrix, ones), exact, rtol=1e-7)
        np.testing.assert_array_equal(_product(matrix, ones), 64)
    np.testing.assert_allclose(_product(matrix, ones), exact, rtol=1e-7)
