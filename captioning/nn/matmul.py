"""Products with a matrix whose rows should not lie a power of two apart.

Rows that are 2,048 numbers apart fall into the same few places of a processor's cache
and drive each other out. A product of 160 vectors by such a matrix ran at 41 GFLOP/s a
core, and at 75 with one cache line more between the rows; the core's peak was 85 (AVX2,
oneDNN, which copies the matrix by itself, but only for some 320 vectors or more). With
AVX-512 a product by the matrix is fast as it is, but one of 160 vectors by its
transpose ran at 114 GFLOP/s of two cores' 210, and at 203 by a transposed copy, whose
making takes a sixth of such a product's time (float32; in bfloat16 all are alike).
"""

import tensorflow as tf
from keras import ops

CACHE_LINE = 64  # bytes


def spaced(matrix):
    """Return a matrix ``(rows, columns)`` with a cache line of zeros behind each row.

    For `product`, and worth its copy for a matrix that is used several times.

    Returns:
        ``(rows, columns + 64 bytes)``.
    """
    return tf.pad(matrix, [(0, 0), (0, CACHE_LINE // matrix.dtype.size)])


def transposed(matrix):
    """Return the transpose of a matrix ``(rows, columns)``, spaced too: for `product`,
    ``(columns, rows + 64 bytes)``."""
    return spaced(tf.transpose(matrix))


def product(vectors, matrix, columns: int):
    """Return the product of vectors and a matrix that was spaced.

    Args:
        vectors: ``(batch, rows)``.
        matrix: from `spaced` or `transposed`.
        columns: how many it has without its space.

    Returns:
        ``(batch, columns)``.
    """
    return tf.matmul(vectors, matrix)[:, :columns]


def projection(inputs, kernel):
    """Return the product of inputs and a kernel, for training on many steps at once.

    `tf.matmul`'s derivative by the inputs would be a product by a transpose.

    Args:
        inputs: ``(..., input_dim)``.
        kernel: ``(input_dim, width)``; cast to the inputs' type.

    Returns:
        ``(..., width)``.
    """
    kernel = ops.cast(
        kernel, inputs.dtype
    )  # a tensor, which `tf.custom_gradient` wants
    input_dim, width = kernel.shape

    @tf.custom_gradient
    def run(vectors, kernel):
        def gradient(d_product):
            d_vectors = product(d_product, transposed(kernel), input_dim)
            return d_vectors, tf.matmul(vectors, d_product, transpose_a=True)

        return tf.matmul(vectors, kernel), gradient

    projected = run(tf.reshape(inputs, [-1, input_dim]), kernel)
    shape = tf.concat([tf.shape(inputs)[:-1], [width]], axis=0)
    projected = tf.reshape(projected, shape)
    projected.set_shape([*inputs.shape[:-1], width])
    return projected
