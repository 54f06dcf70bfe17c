"""Products with a matrix whose rows should not lie a power of two apart.

Rows that are 2,048 numbers apart fall into the same few places of a processor's cache
and drive each other out. A product of 160 vectors by such a matrix ran at 41 GFLOP/s a
core, and at 75 with one cache line more between the rows; the core's peak was 85 (AVX2,
oneDNN, which copies the matrix by itself, but only for some 320 vectors or more).
"""

import tensorflow as tf

CACHE_LINE = 64  # bytes


def spaced(matrix):
    """Return a matrix ``(rows, columns)`` with a cache line of zeros behind each row.

    For `product`, and worth its copy for a matrix that is used several times.
    """
    return tf.pad(matrix, [(0, 0), (0, CACHE_LINE // matrix.dtype.size)])


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
