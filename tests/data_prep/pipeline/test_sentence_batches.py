"""Batches by length: every example once, whole, little padding, a repeatable order."""

import numpy as np
import pytest
import tensorflow as tf

from data_prep.pipeline.sentence_batches import dataset_by_length
from data_prep.text.special_tokens import PAD

NUMBER = 1000
RANDOM = np.random.default_rng(0)
# Example k is k + 10, so many times; its translation is twice as long.
LENGTHS = RANDOM.integers(0, 30, NUMBER)
SOURCE = tf.RaggedTensor.from_row_lengths(
    np.repeat(np.arange(NUMBER) + 10, LENGTHS).astype(np.int32), LENGTHS
)
TARGET = tf.RaggedTensor.from_row_lengths(
    np.repeat(np.arange(NUMBER) + 10, 2 * LENGTHS).astype(np.int32), 2 * LENGTHS
)
NUMBERS = np.arange(NUMBER)


def batches(columns=(SOURCE, TARGET, NUMBERS), **options):
    defaults = {"batch_size": 32, "seed": 0, "epoch": 0}
    return list(dataset_by_length(columns, **{**defaults, **options}))


@pytest.mark.parametrize("options", [{}, {"pool": 100}, {"pool": 1}])
def test_every_example_once_whole_and_together(options):
    seen = []
    for source, target, numbers in batches(**options):
        seen += numbers.numpy().tolist()
        assert source.dtype == tf.int32
        for ids, factor in ((source.numpy(), 1), (target.numpy(), 2)):
            lengths = factor * LENGTHS[numbers]
            assert ids.shape == (len(numbers), lengths.max())
            expected = np.where(
                np.arange(lengths.max()) < lengths[:, None],
                numbers.numpy()[:, None] + 10,
                PAD,
            )
            np.testing.assert_array_equal(ids, expected)
    assert sorted(seen) == list(range(NUMBER))


def test_only_the_last_batch_is_smaller():
    for pool in (100, 8192):
        sizes = sorted(len(numbers) for _, _, numbers in batches(pool=pool))
        assert sizes == [NUMBER % 32] + [32] * (NUMBER // 32)


def padding(found):
    ids = [source.numpy() for source, *_ in found]
    return sum((rows == PAD).sum() for rows in ids) / sum(rows.size for rows in ids)


def test_there_is_little_padding():
    assert padding(batches()) < 0.08
    assert padding(batches(pool=1)) > 0.4  # a pool of one batch is no sorting at all


def test_the_order_follows_from_seed_and_epoch():
    def order(**options):
        return [int(k) for *_, numbers in batches(**options) for k in numbers]

    assert order() == order()
    assert order(epoch=3) == order(epoch=3)
    assert len({tuple(order(epoch=e, seed=s)) for e in range(3) for s in (0, 1)}) == 6


def test_short_and_long_batches_take_turns():
    lengths = [source.shape[1] for source, *_ in batches()]
    assert lengths != sorted(lengths) and lengths != sorted(lengths, reverse=True)


def test_dense_columns_come_along():
    labels = np.stack([NUMBERS, -NUMBERS], axis=1).astype(np.float32)
    for source, rows, numbers in batches((SOURCE, labels, NUMBERS)):
        np.testing.assert_array_equal(rows, labels[numbers])
        assert len(source) == len(rows)


def test_no_example_makes_no_batch():
    empty = tf.RaggedTensor.from_row_lengths(tf.zeros([0], tf.int32), [])
    assert batches([empty]) == []


@pytest.mark.parametrize(
    "columns, message",
    [
        ([SOURCE, NUMBERS[:7]], r"columns of \[7, 1000\] examples"),
        ([NUMBERS], "0 of them ragged"),
    ],
)
def test_faults_of_the_caller(columns, message):
    with pytest.raises(ValueError, match=message):
        batches(columns)
