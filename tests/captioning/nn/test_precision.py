"""Mixed precision: products are rounded to bfloat16 in the context, not outside."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn import precision
from captioning.nn.precision import has_fast_bfloat16, matmul_precision

# 1 + 2^-12 is a float32 number; the bfloat16 number after 1 is 1 + 2^-7.
MATRIX, ONES = tf.fill((64, 64), 1 + 2.0**-12), tf.ones((64, 64))
EXACT = 64 * (1 + 2.0**-12)


@tf.function(autograph=False)
def _product(matrix, ones):
    return tf.matmul(matrix, ones)


def test_products_are_rounded_in_the_context_only():
    rounded = 64 if has_fast_bfloat16() else EXACT
    with matmul_precision("bfloat16"):
        np.testing.assert_allclose(_product(MATRIX, ONES), rounded, rtol=1e-7)
        with matmul_precision("float32"):
            np.testing.assert_allclose(_product(MATRIX, ONES), EXACT, rtol=1e-7)
        np.testing.assert_allclose(_product(MATRIX, ONES), rounded, rtol=1e-7)
    np.testing.assert_allclose(_product(MATRIX, ONES), EXACT, rtol=1e-7)


def test_without_bfloat16_instructions_products_are_float32(monkeypatch):
    monkeypatch.setattr(precision, "has_fast_bfloat16", lambda: False)
    with matmul_precision("bfloat16"):
        np.testing.assert_allclose(_product(MATRIX, ONES), EXACT, rtol=1e-7)


@pytest.mark.parametrize(
    "flags, has",
    [
        ("fpu avx512_bf16 sse", True),
        ("fpu avx512_bf16 avx512_fp16 amx_bf16", True),
        ("fpu avx512_bf16 avx512_fp16", False),  # AMX is there, and hidden
        ("fpu avx2 avx512f", False),
        (None, False),
    ],
)
def test_fast_bfloat16_is_found_among_the_flags(flags, has, monkeypatch):
    def read_text(path, encoding):
        assert str(path) == "/proc/cpuinfo"
        if flags is None:
            raise FileNotFoundError
        return f"flags\t: {flags}\n"

    monkeypatch.setattr(precision.Path, "read_text", read_text)
    has_fast_bfloat16.cache_clear()
    assert has_fast_bfloat16() is has
    has_fast_bfloat16.cache_clear()
