"""Packed sequences: packing, unpacking, and the two layouts."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.packed_sequence import PackedLayout, PaddedLayout, pack_by_mask

# a b c d / e . f g . / h / (nothing), as in the module
MASK = tf.constant([[1, 1, 1, 1, 0], [1, 0, 1, 1, 0], [1, 0, 0, 0, 0], [0] * 5]) > 0
LETTERS = tf.constant([list("abcd."), list("e.fg."), list("h...."), list(".....")])


def test_steps_are_packed_time_by_time_longest_first():
    packing = pack_by_mask(MASK)
    assert packing.batch_sizes.numpy().tolist() == [3, 2, 2, 1]
    packed = tf.gather_nd(LETTERS, packing.indices)
    assert b"".join(packed.numpy()) == b"aehbfcgd"


def test_packing_and_unpacking_random_masks():
    generator = np.random.default_rng(0)
    for _ in range(20):
        mask = generator.random((5, 7)) < generator.random()
        packing = pack_by_mask(tf.constant(mask))
        values = tf.constant(generator.normal(size=(5, 7, 2)))
        packed = packing.pack(values)
        assert packed.shape == (mask.sum(), 2)
        np.testing.assert_array_equal(
            packing.unpack(packed), np.where(mask[..., None], values, 0)
        )
        lengths = packing.sort(tf.constant(mask.sum(axis=1))).numpy()
        assert np.all(np.diff(lengths) <= 0)
        # The sequences with a step t are the first batch_sizes[t] of the sorted ones.
        expected = [(lengths > t).sum() for t in range(lengths.max(initial=0))]
        assert packing.batch_sizes.numpy().tolist() == expected


def test_unsort_undoes_sort():
    packing = pack_by_mask(tf.reverse(MASK, [0]))
    rows = tf.constant([[1.0], [2.0], [3.0], [4.0]])
    assert packing.sort(rows)[:, 0].numpy().tolist() == [4.0, 3.0, 2.0, 1.0]
    np.testing.assert_array_equal(packing.unsort(packing.sort(rows)), rows)


def test_gradients_are_dense_and_equal_those_of_where():
    packing = pack_by_mask(MASK)
    values = tf.random.stateless_normal((4, 5, 3), seed=(0, 1))
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = tf.reduce_sum(packing.pack(values) ** 2)
    gradient = tape.gradient(loss, values)
    assert isinstance(gradient, tf.Tensor)
    expected = tf.where(MASK[..., None], 2 * values, tf.zeros_like(values))
    np.testing.assert_array_equal(gradient, expected)


@pytest.mark.parametrize("batch", [1, 3])
def test_both_layouts_agree_on_sequences_of_equal_length(batch):
    time, units = 4, 2
    generator = np.random.default_rng(0)
    history = tf.constant(generator.normal(size=(time + 1, batch, units)))
    flat = tf.reshape(history, (-1, units))
    block = PaddedLayout(tf.constant(time))
    packed = PackedLayout(tf.fill([time], batch), tf.constant(batch))
    for t in range(time):
        for method in ("states_before", "states_after"):
            np.testing.assert_array_equal(
                getattr(block, method)(history, t), getattr(packed, method)(flat, t)
            )
        np.testing.assert_array_equal(
            block.at(history[1:], t), packed.at(flat[batch:], t)
        )
    np.testing.assert_array_equal(
        block.previous_states(history), packed.previous_states(flat)
    )
    np.testing.assert_array_equal(
        block.final_states(history), packed.final_states(flat)
    )
