"""A worker's share of each batch: some of its rows, chosen before they are read."""

from typing import NamedTuple

import tensorflow as tf


class Share(NamedTuple):
    """Which part of each batch one of several workers computes.

    All workers draw the same batches, since these follow from seed and epoch; each
    reads its own rows of them.

    Attributes:
        index: the worker's, from 0.
        count: how many workers there are.
    """

    index: int = 0
    count: int = 1

    def of(self, rows: tf.Tensor) -> tf.Tensor:
        """Return the worker's part ``(some, ...)`` of a batch's ``(batch, ...)``.

        Where there are fewer rows than workers, each of them gets all rows: a mean over
        the workers' rows is that of the batch again, and no worker is idle, which would
        make the steps of the workers differ.
        """
        if self.count == 1:
            return rows
        number = tf.shape(rows)[0]
        few = number < self.count
        first = tf.where(few, 0, number * self.index // self.count)
        end = tf.where(few, number, number * (self.index + 1) // self.count)
        return rows[first:end]


WHOLE = Share()
