"""Packed sequences: where the real steps of a batch of sequences lie.

A masked step leaves a cell's states unchanged, so it can be skipped. Packing sorts the
sequences by length, longest first, and stores their real steps time by time:

    a b c d                 batch_sizes 3 2 2 1
    e . f g .      ->       a e h  b f  c g  d
    h

At each time the sequences that still have a step are the first rows.

The loop over time (`captioning.nn.bptt`) runs over one of two layouts, padded or
packed, through the same methods. A *history* holds the initial states and then the
states after each step.
"""

from typing import NamedTuple

import tensorflow as tf


class PackedSequence(NamedTuple):
    """Where the real steps of a padded batch are.

    Attributes:
        shape: int32 (2,), batch and time.
        order: int32 ``(batch,)``, the sequences' rows, longest first.
        batch_sizes: int32 ``(steps,)``, how many sequences have a first, a second, ...
            step; never increases.
        indices: int32 ``(tokens, 2)``, row and time of each packed step.
    """

    shape: tf.Tensor
    order: tf.Tensor
    batch_sizes: tf.Tensor
    indices: tf.Tensor

    # gather_nd and scatter_nd, because their gradients are dense; tf.gather's is not.

    def pack(self, values):
        """``(batch, time, ...)`` -> ``(tokens, ...)``."""
        return tf.gather_nd(values, self.indices)

    def unpack(self, packed):
        """``(tokens, ...)`` -> ``(batch, time, ...)``, zeros at masked steps."""
        shape = tf.concat([self.shape, tf.shape(packed)[1:]], axis=0)
        return tf.scatter_nd(self.indices, packed, shape)

    def sort(self, rows):
        """``(batch, ...)`` -> the same, longest sequences first."""
        return _scatter_rows(rows, tf.math.invert_permutation(self.order))

    def unsort(self, rows):
        """Undo `sort`."""
        return _scatter_rows(rows, self.order)


def _scatter_rows(rows, to):
    """Return rows ``(batch, ...)``, each moved to its index in `to`, int32
    ``(batch,)``."""
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
    # Time by time: sort by the step's number within its sequence, then by sequence.
    numbers = tf.gather_nd(tf.cumsum(sorted_real, axis=1, exclusive=True), where)
    time_by_time = tf.argsort(numbers * batch + where[:, 0])
    rows, times = tf.unstack(tf.gather(where, time_by_time), axis=1)
    return PackedSequence(
        shape=tf.shape(real),
        order=order,
        batch_sizes=tf.math.bincount(numbers, minlength=0, dtype=tf.int32),
        indices=tf.stack([tf.gather(order, rows), times], axis=1),
    )


class PaddedLayout:
    """Every sequence has every step: ``(time, batch, ...)``.

    Args:
        num_steps: int32 ().
    """

    def __init__(self, num_steps):
        self.num_steps = num_steps

    def at(self, values, t):
        """Return step t of `values`, which have a row for each step."""
        return values[t]

    def states_before(self, history, t):
        """Return the states that step t starts from."""
        return history[t]

    def states_after(self, history, t):
        """Return the states after step t."""
        return history[t + 1]

    def active(self, state, t):
        """Return the rows of a state ``(sequences, units)`` that have a step t."""
        return state

    def initial_gradient(self, d_final):
        """Return the gradient of the states that the loop back starts with; `d_final`
        is that of the final states."""
        return d_final

    def merge_final(self, d_state, d_final, t):
        """Return the gradient of the states after step t: `d_state` of the sequences
        with a step t + 1, `d_final` of those that end here."""
        return d_state

    def merge_final_at_start(self, d_state, d_final):
        """Return the gradient of the initial states: `d_final` of the sequences
        without any step."""
        return d_state

    def stack(self, array: tf.TensorArray, width: int):
        """Return the steps of an array in this layout, ``(..., width)``."""
        return array.stack()

    def outputs(self, history):
        """Return the states after all steps."""
        return history[1:]

    def previous_states(self, history):
        """Return the states before all steps, ``(tokens, units)``."""
        return tf.reshape(history[:-1], [-1, history.shape[-1]])

    def final_states(self, history):
        """Return the final states, ``(batch, units)``."""
        return history[-1]


class PackedLayout(PaddedLayout):
    """Sequences of different lengths without padding: ``(tokens, ...)``.

    The sequences come longest first, as `pack_by_mask` sorts them. Not for XLA, which
    must know all sizes when it compiles.

    Args:
        batch_sizes: int32 ``(steps,)``, how many sequences have a step of each number.
        batch: int32 (), the number of sequences.
    """

    def __init__(self, batch_sizes, batch):
        super().__init__(tf.size(batch_sizes))
        self.batch_sizes, self.batch = batch_sizes, batch
        self.ends = tf.cumsum(batch_sizes)
        # Where blocks of a history begin: the initial states, then those after a step.
        self.offsets = tf.concat([[0], batch + self.ends - batch_sizes], axis=0)

    def at(self, values, t):
        return values[self.ends[t] - self.batch_sizes[t] : self.ends[t]]

    def states_before(self, history, t):
        return history[self.offsets[t] : self.offsets[t] + self.batch_sizes[t]]

    def states_after(self, history, t):
        start = self.offsets[t + 1]
        return history[start : start + self.batch_sizes[t]]

    def active(self, state, t):
        return state[: self.batch_sizes[t]]

    def initial_gradient(self, d_final):
        return d_final[:0]

    def merge_final(self, d_state, d_final, t):
        ended = d_final[tf.shape(d_state)[0] : self.batch_sizes[t]]
        return tf.concat([d_state, ended], axis=0)

    def merge_final_at_start(self, d_state, d_final):
        return tf.concat([d_state, d_final[tf.shape(d_state)[0] :]], axis=0)

    def stack(self, array, width):
        return tf.cond(  # `concat` fails on an array without steps
            array.size() > 0, array.concat, lambda: tf.zeros((0, width), array.dtype)
        )

    def outputs(self, history):
        return history[self.batch :]

    def previous_states(self, history):
        step = tf.repeat(tf.range(self.num_steps), self.batch_sizes)
        row = tf.range(tf.size(step)) - tf.gather(self.ends - self.batch_sizes, step)
        return tf.gather(history, tf.gather(self.offsets, step) + row)

    def final_states(self, history):
        row = tf.range(self.batch)
        has_step = tf.cast(self.batch_sizes > row[:, None], tf.int32)
        lengths = tf.reduce_sum(has_step, axis=1)
        return tf.gather(history, tf.gather(self.offsets, lengths) + row)
