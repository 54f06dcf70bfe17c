"""Steps: where those of all sequences of a batch lie, for a loop over time.

Two layouts with the same questions to ask. Both keep a *history*: the first states, and
then the states after each step.
"""

import tensorflow as tf


class Block:
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


class Packed(Block):
    """Sequences have steps of their own number: ``(tokens, ...)``, no padding.

    The sequences come longest first; `captioning.packing` makes it so. Not for XLA,
    which wants all sizes to be known.

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
