"""Batches of sentences of similar length: little padding, every epoch another order."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.iterators import without_autotuning

POOL = 8192  # examples sorted at a time: a hundred batches, yet a small part of a set


def dataset_by_length(
    columns: Sequence[tf.RaggedTensor | tf.Tensor | np.ndarray],
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    pool: int = POOL,
    share: Share = WHOLE,
    lengths_of: Sequence[tf.RaggedTensor] = (),
) -> tf.data.Dataset:
    """Return one epoch of batches: every example once.

    Examples are shuffled and cut into pools; those of a pool are sorted by length and
    cut into batches; the batches are shuffled. All follows from seed and epoch (from 0)
    alone, so a resumed training sees what an uninterrupted one would have seen.

    Args:
        columns: of the same number of examples. Ragged ones, int ``(N, (T))``, have
            lengths, the first of them counts most; dense ones, ``(N, ...)``, come
            along (labels, or ``np.arange(N)`` to know which examples a batch holds).
        batch_size: examples a batch; one batch of an epoch may be smaller.
        pool: examples a pool; rounded up to whole batches.
        share: a worker's, of the examples of each batch.
        lengths_of: ragged columns whose lengths count instead of those of `columns`,
            for workers that cut words by chance, each in its own way: examples must be
            in one order for all of them.

    Returns:
        A data set that knows how many batches it has. Of each column a dense tensor:
        ``(batch, time)``, PAD after the last token, as long as the batch's longest; or
        ``(batch, ...)``.
    """
    ragged = [column for column in columns if isinstance(column, tf.RaggedTensor)]
    numbers = {column.shape[0] for column in columns}
    if len(numbers) != 1 or not ragged:
        raise ValueError(
            f"dataset_by_length got columns of {sorted(numbers)} examples, "
            f"{len(ragged)} of them ragged; expected one number, and a ragged column."
        )
    # The last key of lexsort counts most.
    lengths = [
        column.row_lengths().numpy() for column in reversed(lengths_of or ragged)
    ]
    generator = np.random.default_rng((seed, epoch))
    order = generator.permutation(numbers.pop())
    pool = -(-pool // batch_size) * batch_size
    for first in range(0, len(order), pool):
        members = order[first : first + pool]
        ranks = np.lexsort([of_column[members] for of_column in lengths])
        order[first : first + pool] = members[ranks]
    starts = batch_size * generator.permutation(-(-len(order) // batch_size))
    # As tensors: arrays would become constants of the graph.
    order, columns = tf.constant(order), [_as_tensor(column) for column in columns]

    @tf.autograph.experimental.do_not_convert
    def batch(start):
        chosen = share.of(order[start : start + batch_size])
        rows = (tf.gather(column, chosen) for column in columns)
        return tuple(
            row.to_tensor() if isinstance(row, tf.RaggedTensor) else row  # PAD is 0
            for row in rows
        )

    return without_autotuning(
        tf.data.Dataset.from_tensor_slices(starts).map(batch).prefetch(2)
    )


def _as_tensor(column) -> tf.RaggedTensor | tf.Tensor:
    return column if isinstance(column, tf.RaggedTensor) else tf.constant(column)
