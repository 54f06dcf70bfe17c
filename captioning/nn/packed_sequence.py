"""Packed sequences: where the real steps of a batch of sequences lie.

A masked step leaves a cell's states as they were: it need not be taken at all. So the
longest sequences come first, and then the real steps of all, time by time:

    a b c d                 sizes 3 2 2 1
    e . f g .      ->       a e h  b f  c g  d
    h

At each time the sequences that are still going on are the first ones.

The loop over time (`captioning.nn.bptt`) runs over one of two layouts, padded or
packed, and asks both the same questions. Each keeps a *history*: the first states, and
then the states after each step.
"""

from typing import NamedTuple

import tensorflow as tf


class PackedSequence(NamedTuple):
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


def pack_by_mask(mask) -> PackedSequence:
    """Return the packing of a mask, bool ``(batch, time)``, True = real.

    Real steps keep their order; masked ones may lie anywhere.
    """
    real = tf.cast(mask, tf.int32)
    batch = tf.shape(real)[0]
    order = tf.argsort(tf.reduce_sum(real, axis=1), direction="DESCENDING", stable=True)
    sorted_real = tf.gather(real, order)
    where = tf.cast(tf.where(sorted_real > 0), tf.int32)  # sequence by sequence
    # Time by time: by each step's number within its sequence, then by sequence.
    numbers = tf.gather_nd(tf.cumsum(sorted_real, axis=1, exclusive=True), where)
    time_by_time = tf.argsort(numbers * batch + where[:, 0])
    rows, times = tf.unstack(tf.gather(where, time_by_time), axis=1)
    return PackedSequence(
        shape=tf.shape(real),
        order=order,
        sizes=tf.math.bincount(numbers, minlength=0, dtype=tf.int32),
        places=tf.stack([tf.gather(order, rows), times], axis=1),
    )


class PaddedLayout:
    """Every sequence has every step: ``(time, batch, ...)``.

    Args:
        num_steps: int32 ().
    """

    def __init__(self, num_steps):
        self.num_steps = num_steps

    def at(self, steps, t):
        """Return step t of what has as many steps as the sequences."""
        return steps[t]

    def before(self, history, t):
        """Return the states that step t starts from."""
        return history[t]

    def after(self, history, t):
        """Return the states that step t leaves."""
        return history[t + 1]

    def going_on(self, state, t):
        """Return the part of a state ``(sequences, units)`` that has a step t."""
        return state

    def d_last(self, d_final):
        """Return d of what the last step leaves, the final states' d aside."""
        return d_final

    def joined(self, d_state, d_final, t):
        """Return d of what step t leaves: `d_state` where a step t + 1 follows,
        `d_final` where the sequence ends here."""
        return d_state

    def joined_first(self, d_state, d_final):
        """Return d of the first states, the same way."""
        return d_state

    def collected(self, array: tf.TensorArray, width: int):
        """Return the steps of an array, side by side."""
        return array.stack()

    def hidden(self, history):
        """Return what all steps leave."""
        return history[1:]

    def all_before(self, history):
        """Return what all steps start from, ``(tokens, units)``."""
        return tf.reshape(history[:-1], [-1, history.shape[-1]])

    def final(self, history):
        """Return the final states, ``(batch, units)``."""
        return history[-1]


class PackedLayout(PaddedLayout):
    """Sequences have steps of their own number: ``(tokens, ...)``, no padding.

    The sequences come longest first, as `pack_by_mask` sorts them. Not for XLA, which
    wants all sizes to be known.

    Args:
        sizes: int32 ``(steps,)``, how many sequences have a step of each number.
        batch: int32 (), how many there are.
    """

    def __init__(self, sizes, batch):
        super().__init__(tf.size(sizes))
        self.sizes, self.batch = sizes, batch
        self.ends = tf.cumsum(sizes)
        # Of the history: the first states, then what each step leaves.
        self.blocks = tf.concat([[0], batch + self.ends - sizes], axis=0)

    def at(self, steps, t):
        return steps[self.ends[t] - self.sizes[t] : self.ends[t]]

    def before(self, history, t):
        return history[self.blocks[t] : self.blocks[t] + self.sizes[t]]

    def after(self, history, t):
        return history[self.blocks[t + 1] : self.blocks[t + 1] + self.sizes[t]]

    def going_on(self, state, t):
        return state[: self.sizes[t]]

    def d_last(self, d_final):
        return d_final[:0]

    def joined(self, d_state, d_final, t):
        return tf.concat([d_state, d_final[tf.shape(d_state)[0] : self.sizes[t]]], 0)

    def joined_first(self, d_state, d_final):
        return tf.concat([d_state, d_final[tf.shape(d_state)[0] :]], axis=0)

    def collected(self, array, width):
        return tf.cond(  # of no steps at all there is nothing to join
            array.size() > 0, array.concat, lambda: tf.zeros((0, width), array.dtype)
        )

    def hidden(self, history):
        return history[self.batch :]

    def all_before(self, history):
        return tf.gather(history, self._before())

    def final(self, history):
        return tf.gather(history, self._final())

    def _before(self):
        step = tf.repeat(tf.range(self.num_steps), self.sizes)
        row = tf.range(tf.size(step)) - tf.gather(self.ends - self.sizes, step)
        return tf.gather(self.blocks, step) + row

    def _final(self):
        row = tf.range(self.batch)
        lengths = tf.reduce_sum(tf.cast(self.sizes > row[:, None], tf.int32), axis=1)
        return tf.gather(self.blocks, lengths) + row
