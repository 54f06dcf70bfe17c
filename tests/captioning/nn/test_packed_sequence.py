"""PackedSequence: where the real steps are, there and back."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.packed_sequence import PackedLayout, PaddedLayout, pack_by_mask

# a b c d / e . f g . / h / (nothing), as in the module
MASK = tf.constant([[1, 1, 1, 1, 0], [1, 0, 1, 1, 0], [1, 0, 0, 0, 0], [0] * 5]) > 0
LETTERS = tf.constant([list("abcd."), list("e.fg."), list("h...."), list(".....")])


def test_steps_lie_time_by_time_longest_first():
    packing = pack_by_mask(MASK)
    assert packing.sizes.numpy().tolist() == [3, 2, 2, 1]
    packed = tf.gather_nd(LETTERS, packing.places)
    assert b"".join(packed.numpy()) == b"aehbfcgd"


def test_any_mask_is_packed_and_unpacked():
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
        # Of the sequences that have a step t, the first sizes[t] of the sorted ones.
        expected = [(lengths > t).sum() for t in range(lengths.max(initial=0))]
        assert packing.sizes.numpy().tolist() == expected


def test_unsort_undoes_sort():
    packing = pack_by_mask(tf.reverse(MASK, [0]))
    rows = tf.constant([[1.0], [2.0], [3.0], [4.0]])
    assert packing.sort(rows)[:, 0].numpy().tolist() == [4.0, 3.0, 2.0, 1.0]
    np.testing.assert_array_equal(packing.unsort(packing.sort(rows)), rows)


def test_derivatives_are_dense_and_those_of_where():
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
def test_both_layouts_agree_where_all_sequences_are_of_one_length(batch):
    time, units = 4, 2
    generator = np.random.default_rng(0)
    history = tf.constant(generator.normal(size=(time + 1, batch, units)))
    flat = tf.reshape(history, (-1, units))
    block = PaddedLayout(tf.constant(time))
    packed = PackedLayout(tf.fill([time], batch), tf.constant(batch))
    for t in range(time):
        for question in ("before", "after"):
            np.testing.assert_array_equal(
                getattr(block, question)(history, t), getattr(packed, question)(flat, t)
            )
        np.testing.assert_array_equal(
            block.at(history[1:], t), packed.at(flat[batch:], t)
        )
    np.testing.assert_array_equal(block.all_before(history), packed.all_before(flat))
    np.testing.assert_array_equal(block.final(history), packed.final(flat))
