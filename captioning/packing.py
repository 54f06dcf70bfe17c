"""Packing: the real steps of a batch of sequences, one after the other, no padding.

A masked step leaves a cell's states as they were: it need not be taken at all. So the
longest sequences come first, and then the real steps of all, time by time:

    a b c d                 sizes 3 2 2 1
    e . f g .      ->       a e h  b f  c g  d
    h

At each time the sequences that are still going on are the first ones.
"""

from typing import NamedTuple

import tensorflow as tf


class Packing(NamedTuple):
    """Where the real steps of a padded batch are.

    Attributes:
        shape: int32 (2,), batch and time.
        order: int32 ``(batch,)``, the sequences, longest first.
        sizes: int32 ``(steps,)``, how many sequences have a step of each number; never
            rising.
        places: int32 ``(tokens, 2)``, of each packed step its sequence and time.
    """

    shape: tf.Tensor
    order: tf.Tensor
    sizes: tf.Tensor
    places: tf.Tensor

    # All by operations whose derivatives are dense, which those of tf.gather are not.

    def pack(self, steps):
        """``(batch, time, ...)`` -> ``(tokens, ...)``."""
        return tf.gather_nd(steps, self.places)

    def unpack(self, packed):
        """``(tokens, ...)`` -> ``(batch, time, ...)``, zeros where nothing is real."""
        shape = tf.concat([self.shape, tf.shape(packed)[1:]], axis=0)
        return tf.scatter_nd(self.places, packed, shape)

    def sort(self, rows):
        """``(batch, ...)`` -> the same, longest sequences first."""
        return _moved(rows, tf.math.invert_permutation(self.order))

    def unsort(self, rows):
        """Undo `sort`."""
        return _moved(rows, self.order)


def _moved(rows, to):
    """Return rows ``(batch, ...)``, each at its place of `to`, int32 ``(batch,)``."""
    return tf.ensure_shape(tf.scatter_nd(to[:, None], rows, tf.shape(rows)), rows.shape)


def packing_of(mask) -> Packing:
    """Return the packing of a mask, bool ``(batch, time)``, True = real.

    Real steps keep their order; masked ones may lie anywhere.
    """
    real = tf.cast(mask, tf.int32)
    batch = tf.shape(real)[0]
    order = tf.argsort(tf.reduce_sum(real, axis=1), direction="DESCENDING", stable=True)
    sorted_real = tf.gather(real, order)
    where = tf.cast(tf.where(sorted_real > 0), tf.int32)  # sequence by sequence
    # Time by time: by the how-manieth of its sequence each is, then by sequence.
    numbers = tf.gather_nd(tf.cumsum(sorted_real, axis=1, exclusive=True), where)
    time_by_time = tf.argsort(numbers * batch + where[:, 0])
    rows, times = tf.unstack(tf.gather(where, time_by_time), axis=1)
    return Packing(
        shape=tf.shape(real),
        order=order,
        sizes=tf.math.bincount(numbers, minlength=0, dtype=tf.int32),
        places=tf.stack([tf.gather(order, rows), times], axis=1),
    )
