"""The machine's peak: what one large matrix product reaches."""

import tensorflow as tf

SIDE = 2048  # large enough that a product is nothing but arithmetic
FLOPS = 2 * SIDE**3


def product(dtype: str):
    """Return a function without arguments that multiplies two matrices."""
    a, b = (
        tf.cast(tf.random.stateless_normal((SIDE, SIDE), seed=(0, seed)), dtype)
        for seed in (1, 2)
    )
    multiply = tf.function(lambda: tf.matmul(a, b))
    return lambda: multiply().numpy()
