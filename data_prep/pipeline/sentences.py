"""Batches of sentences of similar length: little padding, every epoch another order."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from data_prep.prepared.iterators import without_autotuning
from data_prep.text.special_tokens import PAD

POOL = 8192  # examples sorted at a time: a hundred batches, yet a small part of a set

Column = tf.RaggedTensor | tf.Tensor | np.ndarray


class _Ragged(NamedTuple):
    values: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


def batches_by_length(
    columns: Sequence[Column],
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    pool: int = POOL,
) -> Iterator[tuple[tf.Tensor, ...]]:
    """Yield one epoch of batches: every example once.

    Examples are shuffled and cut into pools; those of a pool are sorted by length and
    cut into batches; the batches are shuffled. All follows from seed and epoch alone,
    so a resumed training sees what an uninterrupted one would have seen.

    Args:
        columns: of the same number of examples. Ragged ones, int ``(N, (T))``, have
            lengths, the first of them counts most; dense ones, ``(N, ...)``, come
            along (labels, or ``np.arange(N)`` to know which examples a batch holds).
        batch_size: examples a batch; the last batch of an epoch may be smaller.
        seed: of the order.
        epoch: from 0.
        pool: examples a pool; rounded up to whole batches.

    Yields:
        Of each column a dense tensor: ``(batch, time)``, PAD after the last token, as
        long as the batch's longest; or ``(batch, ...)``.
    """
    parts = [_column(column) for column in columns]
    lengths = [part.lengths for part in parts if isinstance(part, _Ragged)]
    numbers = {len(p.lengths if isinstance(p, _Ragged) else p) for p in parts}
    if len(numbers) != 1 or not lengths:
        raise ValueError(
            f"batches_by_length got columns of {sorted(numbers)} examples, "
            f"{len(lengths)} of them ragged; expected one number, and a ragged column."
        )
    pool = -(-pool // batch_size) * batch_size
    generator = np.random.default_rng((seed, epoch))
    order = generator.permutation(numbers.pop())
    batches: list[np.ndarray] = []
    for first in range(0, len(order), pool):
        members = order[first : first + pool]
        # The last key of lexsort counts most.
        ranks = np.lexsort([column[members] for column in reversed(lengths)])
        members = members[ranks]
        batches += [
            members[start : start + batch_size]
            for start in range(0, len(members), batch_size)
        ]
    for number in generator.permutation(len(batches)):
        chosen = batches[number]
        yield tuple(tf.constant(_rows(part, chosen)) for part in parts)


def dataset_by_length(
    columns: Sequence[Column], *, batch_size: int, seed: int, epoch: int
) -> tf.data.Dataset:
    """Return `batches_by_length` as a data set that knows how many batches it has."""
    parts = [_column(column) for column in columns]
    signature = tuple(_spec(part) for part in parts)
    first = parts[0]
    number = len(first.lengths if isinstance(first, _Ragged) else first)
    return without_autotuning(
        tf.data.Dataset.from_generator(
            lambda: batches_by_length(
                columns, batch_size=batch_size, seed=seed, epoch=epoch
            ),
            output_signature=signature,
        )
        .apply(tf.data.experimental.assert_cardinality(-(-number // batch_size)))
        .prefetch(2)
    )


def _spec(part: "_Ragged | np.ndarray") -> tf.TensorSpec:
    if isinstance(part, _Ragged):
        return tf.TensorSpec((None, None), part.values.dtype)
    return tf.TensorSpec((None, *part.shape[1:]), part.dtype)


def _column(column: Column) -> _Ragged | np.ndarray:
    if isinstance(column, tf.RaggedTensor):
        starts = column.row_splits.numpy()
        return _Ragged(column.values.numpy(), starts[:-1], np.diff(starts))
    return np.asarray(column)


def _rows(part: _Ragged | np.ndarray, chosen: np.ndarray) -> np.ndarray:
    if not isinstance(part, _Ragged):
        return part[chosen]
    lengths = part.lengths[chosen]
    steps = np.arange(lengths.max())
    is_token = steps < lengths[:, None]
    rows = np.full(is_token.shape, PAD, part.values.dtype)
    rows[is_token] = part.values[(part.starts[chosen, None] + steps)[is_token]]
    return rows
