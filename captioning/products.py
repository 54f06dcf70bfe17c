"""Products with a matrix whose rows should not lie a power of two apart.

Rows that are 2,048 numbers apart fall into the same few places of a processor's cache
and drive each other out. A product of 160 vectors by such a matrix ran at 41 GFLOP/s a
core, and at 75 with one cache line more between the rows; the core's peak was 85 (AVX2,
oneDNN, which copies the matrix by itself, but only for some 320 vectors or more). With
AVX-512 a product by the matrix is fast as it is, but one by its transpose ran at 114 of
210 GFLOP/s, and at 203 by a transposed copy, which costs a tenth of the product.
"""

import tensorflow as tf

CACHE_LINE = 64  # bytes


def spaced(matrix):
    """Return a matrix ``(rows, columns)`` with a cache line of zeros behind each row.

    For `product`, and worth its copy for a matrix that is used several times.
    """
    return tf.pad(matrix, [(0, 0), (0, CACHE_LINE // matrix.dtype.size)])


def transposed(matrix):
    """Return the transpose of a matrix ``(rows, columns)``, spaced: for `product`."""
    return spaced(tf.transpose(matrix))


def product(vectors, matrix, columns: int):
    """Return the product of vectors and a matrix that was spaced.

    Args:
        vectors: ``(batch, rows)``.
        matrix: from `spaced`.
        columns: how many the matrix had.

    Returns:
        ``(batch, columns)``.
    """
    return tf.matmul(vectors, matrix)[:, :columns]


def projection(inputs, kernel):
    """Return the product of inputs and a kernel, for training.

    As `tf.matmul` has it, but for the derivative by the inputs, which is one more
    product by a transpose.

    Args:
        inputs: ``(..., input_dim)``.
        kernel: ``(input_dim, width)``; a tensor, for `tf.custom_gradient` wants its
            variables as arguments.

    Returns:
        ``(..., width)``.
    """
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
