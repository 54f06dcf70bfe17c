"""Precision: products round to bfloat16 inside, and nothing does outside."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn import precision
from captioning.nn.precision import has_bfloat16, products_in

# 1 + 2^-12 is a number of float32; bfloat16's next after 1 is 1 + 2^-7.
MATRIX, ONES = tf.fill((64, 64), 1 + 2.0**-12), tf.ones((64, 64))
EXACT = 64 * (1 + 2.0**-12)


@tf.function(autograph=False)
def _product(matrix, ones):
    return tf.matmul(matrix, ones)


def test_inside_products_round_outside_they_do_not():
    rounded = 64 if has_bfloat16() else EXACT
    with products_in("bfloat16"):
        np.testing.assert_allclose(_product(MATRIX, ONES), rounded, rtol=1e-7)
        with products_in("float32"):
            np.testing.assert_allclose(_product(MATRIX, ONES), EXACT, rtol=1e-7)
        np.testing.assert_allclose(_product(MATRIX, ONES), rounded, rtol=1e-7)
    np.testing.assert_allclose(_product(MATRIX, ONES), EXACT, rtol=1e-7)


def test_without_such_products_all_is_float32(monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    with products_in("bfloat16"):
        np.testing.assert_allclose(_product(MATRIX, ONES), EXACT, rtol=1e-7)


@pytest.mark.parametrize(
    "flags, has",
    [("fpu avx512_bf16 sse", True), ("fpu avx2 avx512f", False), (None, False)],
)
def test_what_the_processor_says_of_itself(flags, has, monkeypatch):
    def read_text(path, encoding):
        assert str(path) == "/proc/cpuinfo"
        if flags is None:
            raise FileNotFoundError
        return f"flags\t: {flags}\n"

    monkeypatch.setattr(precision.Path, "read_text", read_text)
    has_bfloat16.cache_clear()
    assert has_bfloat16() is has
    has_bfloat16.cache_clear()
