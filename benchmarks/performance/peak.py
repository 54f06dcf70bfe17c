"""Rows about the machine's peak: the speed of one large matrix product."""

import tensorflow as tf

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread

SIDE = 2048  # so large that everything but arithmetic is negligible
FLOPS = 2 * SIDE**3


def rows(rounds: int):
    """Yield the rows, one a type."""
    dtypes = ("float32", "bfloat16")
    seconds = in_turn({dtype: product(dtype) for dtype in dtypes}, rounds)
    for dtype in dtypes:
        yield Row(
            f"one product of {SIDE} x {SIDE} matrices, {dtype}: the peak",
            "",
            spread([FLOPS / each / 1e9 for each in seconds[dtype]]),
            None,
            unit=" GFLOP/s",
        )


def product(dtype: str):
    """Return a function without arguments that multiplies two matrices."""
    a, b = (
        tf.cast(tf.random.stateless_normal((SIDE, SIDE), seed=(0, seed)), dtype)
        for seed in (1, 2)
    )
    multiply = tf.function(lambda: tf.matmul(a, b))
    return lambda: multiply().numpy()
