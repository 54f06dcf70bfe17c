"""Matrix products with operands laid out for speed: padded rows, transposed copies.

Rows that are 2,048 numbers apart map to the same few sets of a processor's cache and
evict each other. A product of 160 vectors by such a matrix ran at 41 GFLOP/s a core,
and at 75 with one cache line more between the rows; the core's peak was 85 (AVX2,
oneDNN, which copies the matrix by itself, but only for some 320 vectors or more). With
AVX-512 a product by the matrix is fast as it is, but one of 160 vectors by its
transpose ran at 114 GFLOP/s of two cores' 210, and at 203 by a transposed copy; making
the copy takes a sixth of such a product's time (float32; in bfloat16 all are alike).
"""

import tensorflow as tf
from keras import ops

CACHE_LINE = 64  # bytes


def pad_columns(matrix):
    """Return a matrix ``(rows, columns)`` with a cache line of zeros after each row.

    For `matmul_padded`; worth the copy for a matrix that is used several times.

    Returns:
        ``(rows, columns + 64 bytes)``.
    """
    return tf.pad(matrix, [(0, 0), (0, CACHE_LINE // matrix.dtype.size)])


def padded_transpose(matrix):
    """Return the transpose of a matrix ``(rows, columns)``, padded too, for
    `matmul_padded`: ``(columns, rows + 64 bytes)``."""
    return pad_columns(tf.transpose(matrix))


def matmul_padded(vectors, matrix, columns: int):
    """Return the product of vectors and a padded matrix.

    Args:
        vectors: ``(batch, rows)``.
        matrix: from `pad_columns` or `padded_transpose`.
        columns: how many it has without its padding.

    Returns:
        ``(batch, columns)``.
    """
    return tf.matmul(vectors, matrix)[:, :columns]


def project(inputs, kernel):
    """Return the product of inputs and a kernel, for training on many steps at once.

    Its gradient by the inputs multiplies by a transposed copy of the kernel; that of
    `tf.matmul` would multiply by the transpose, which is slower.

    Args:
        inputs: ``(..., input_dim)``.
        kernel: ``(input_dim, width)``; cast to the inputs' type.

    Returns:
        ``(..., width)``.
    """
    # A cast variable is a tensor, as `tf.custom_gradient` needs it.
    kernel = ops.cast(kernel, inputs.dtype)
    input_dim, width = kernel.shape

    @tf.custom_gradient
    def run(vectors, kernel):
        def gradient(d_product):
            d_vectors = matmul_padded(d_product, padded_transpose(kernel), input_dim)
            return d_vectors, tf.matmul(vectors, d_product, transpose_a=True)

        return tf.matmul(vectors, kernel), gradient

    projected = run(tf.reshape(inputs, [-1, input_dim]), kernel)
    shape = tf.concat([tf.shape(inputs)[:-1], [width]], axis=0)
    projected = tf.reshape(projected, shape)
    projected.set_shape([*inputs.shape[:-1], width])
    return projected
