"""Recurrence: one cell, the same weights, over all time steps."""

import keras
import tensorflow as tf
from keras import ops

from captioning.nn.bptt import through_time
from captioning.nn.matmul import projection
from captioning.nn.packed_sequence import PackedLayout, PaddedLayout, pack_by_mask


@keras.saving.register_keras_serializable("captioning")
class Recurrence(keras.layers.Layer):
    """Run ONE cell over a sequence.

    What it computes is this loop, with the input projection done for all steps at
    once, as one matrix product, before the loop starts:

        for t in range(T):
            output, states = cell.step(projected[:, t], states)

    A masked step leaves the states as they were, gives an output of zeros, and
    receives no gradient. So it is not taken at all: padding costs nothing. (Under XLA,
    `jit_compile=True`, there must be no mask: it wants all sizes to be known.)

    Args:
        cell: an `ElmanCell` or `LSTMCell`, or any Keras cell with `project_inputs`
            and `step`. One that knows its own derivative (`activate_gradient`) is
            trained by `captioning.nn.bptt`, which is faster. The cell may be
            shared with other layers: it is not copied.

    Call arguments:
        inputs: ``(batch, time, input_dim)``.
        initial_state: list of ``(batch, units)``; zeros if not given.
        mask: bool ``(batch, time)``, True = real; all real if not given.

    Returns:
        outputs ``(batch, time, units)``, and the list of final states, each
        ``(batch, units)``.
    """

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        for needed in ("project_inputs", "step", "get_initial_state", "num_states"):
            if not hasattr(cell, needed):
                raise ValueError(
                    f"Recurrence got {cell!r}, which has no `{needed}`; expected a "
                    "cell such as captioning.nn.cells.LSTMCell(units)."
                )
        self.cell = cell
        self.supports_masking = True

    def build(self, inputs_shape):
        if not self.cell.built:
            self.cell.build((inputs_shape[0], inputs_shape[-1]))

    def call(self, inputs, initial_state=None, mask=None):
        if initial_state is None:
            initial_state = self.cell.get_initial_state(ops.shape(inputs)[0])
        written_out = hasattr(self.cell, "activate_gradient")
        if not written_out:
            return self.scan(inputs, initial_state, mask)
        if mask is None:
            return self._all_steps(inputs, initial_state)
        return self._real_steps(inputs, initial_state, ops.cast(mask, "bool"))

    def _all_steps(self, inputs, states):
        inputs = ops.swapaxes(inputs, 0, 1)  # time comes first for the loop
        steps = PaddedLayout(tf.shape(inputs)[0])
        outputs, states = self.through_time(inputs, states, steps)
        return ops.swapaxes(outputs, 0, 1), states

    def _real_steps(self, inputs, states, mask):
        packing = pack_by_mask(mask)
        outputs, states = self.through_time(
            packing.pack(inputs),
            [packing.sort(state) for state in states],
            PackedLayout(packing.sizes, packing.shape[0]),
        )
        outputs = packing.unpack(outputs)
        outputs.set_shape([*inputs.shape[:2], self.cell.units])
        return outputs, [packing.unsort(state) for state in states]

    def through_time(self, inputs, states, steps):
        """Run a cell that knows its own derivative.

        Args:
            inputs: ``(..., input_dim)``, as `steps` has them lie: of a `PaddedLayout`
                ``(time, batch, input_dim)``.
            states: list of ``(batch, units)``.
            steps: of `nn.packed_sequence`, where the steps of all sequences lie.

        Returns:
            outputs ``(..., units)``, and the list of final states.
        """
        projected = self.cell.project_inputs(inputs, multiply=projection)
        states = [ops.cast(state, projected.dtype) for state in states]
        kernel = ops.cast(self.cell.recurrent_kernel, projected.dtype)
        return through_time(self.cell, projected, kernel, states, steps)

    def scan(self, inputs, states, mask=None):
        """Run any cell and leave its derivative to TensorFlow: the slow reference.

        Args:
            inputs: ``(batch, time, input_dim)``.
            states: list of ``(batch, units)``.
            mask: bool ``(batch, time)``, True = real; all real if not given.

        Returns:
            outputs ``(batch, time, units)``, and the list of final states.
        """
        projected = self.cell.project_inputs(ops.swapaxes(inputs, 0, 1))
        states = [ops.cast(state, projected.dtype) for state in states]
        if mask is not None:
            mask = ops.swapaxes(ops.cast(mask, "bool"), 0, 1)[..., None]
        # tf.scan, for a length that is only known when the batch is there.
        outputs, history = tf.scan(
            lambda past, step: self._step(past[1], *step),
            [projected] if mask is None else [projected, mask],
            (tf.zeros_like(states[0]), states),
        )
        if mask is not None:
            outputs = ops.where(mask, outputs, ops.zeros_like(outputs))
        return ops.swapaxes(outputs, 0, 1), [state[-1] for state in history]

    def _step(self, states, projected, real=None):
        output, new_states = self.cell.step(projected, states)
        if real is not None:
            new_states = [
                ops.where(real, new, old)
                for new, old in zip(new_states, states, strict=True)
            ]
        return output, new_states

    def compute_mask(self, inputs, mask=None):
        # The outputs are masked as the inputs were; the final states are all real.
        return mask, [None] * self.cell.num_states

    def get_config(self):
        cell = keras.saving.serialize_keras_object(self.cell)
        return {**super().get_config(), "cell": cell}

    @classmethod
    def from_config(cls, config):
        cell = keras.saving.deserialize_keras_object(config.pop("cell"))
        return cls(cell, **config)
