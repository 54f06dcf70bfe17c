"""The recurrent layer: one cell, with the same weights, over all time steps."""

import keras
import tensorflow as tf
from keras import ops

from captioning.nn.bptt import unroll
from captioning.nn.matmul import project
from captioning.nn.packed_sequence import PackedLayout, PaddedLayout, pack_by_mask


@keras.saving.register_keras_serializable("captioning")
class Recurrence(keras.layers.Layer):
    """Run ONE cell over a sequence.

    What it computes is this loop, with the input projection done for all steps at
    once, as one matrix product, before the loop starts:

        for t in range(T):
            output, states = cell.step(projected[:, t], states)

    A masked step leaves the states unchanged, gives an output of zeros and has no
    gradient. It is skipped, so padding costs nothing. (Under XLA, `jit_compile=True`,
    there must be no mask, since XLA must know all sizes when it compiles.)

    Args:
        cell: an `ElmanCell` or `LSTMCell`, or any Keras cell with `project_inputs`
            and `step`. A cell with `activate_gradient` is trained by
            `captioning.nn.bptt`, which is faster. The cell is not copied, so it may be
            shared with other layers.

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
        if not hasattr(self.cell, "activate_gradient"):
            return self.scan(inputs, initial_state, mask)
        if mask is None:
            return self._unroll_padded(inputs, initial_state)
        return self._unroll_packed(inputs, initial_state, ops.cast(mask, "bool"))

    def _unroll_padded(self, inputs, states):
        inputs = ops.swapaxes(inputs, 0, 1)  # time comes first for the loop
        layout = PaddedLayout(tf.shape(inputs)[0])
        outputs, states = self.unroll(inputs, states, layout)
        return ops.swapaxes(outputs, 0, 1), states

    def _unroll_packed(self, inputs, states, mask):
        packing = pack_by_mask(mask)
        outputs, states = self.unroll(
            packing.pack(inputs),
            [packing.sort(state) for state in states],
            PackedLayout(packing.batch_sizes, packing.shape[0]),
        )
        outputs = packing.unpack(outputs)
        outputs.set_shape([*inputs.shape[:2], self.cell.units])
        return outputs, [packing.unsort(state) for state in states]

    def unroll(self, inputs, states, layout):
        """Run a cell that has `activate_gradient`.

        Args:
            inputs: ``(..., input_dim)`` in the layout: for a `PaddedLayout`
                ``(time, batch, input_dim)``.
            states: list of ``(batch, units)``.
            layout: of `nn.packed_sequence`, where the steps of all sequences lie.

        Returns:
            outputs ``(..., units)``, and the list of final states.
        """
        projected = self.cell.project_inputs(inputs, matmul=project)
        states = [ops.cast(state, projected.dtype) for state in states]
        kernel = ops.cast(self.cell.recurrent_kernel, projected.dtype)
        return unroll(self.cell, projected, kernel, states, layout)

    def scan(self, inputs, states, mask=None):
        """Run any cell, with automatic differentiation: the slow reference.

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
        # tf.scan, because the length is known only at run time.
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
        # The outputs have the inputs' mask; the final states are all real.
        return mask, [None] * self.cell.num_states

    def get_config(self):
        cell = keras.saving.serialize_keras_object(self.cell)
        return {**super().get_config(), "cell": cell}

    @classmethod
    def from_config(cls, config):
        cell = keras.saving.deserialize_keras_object(config.pop("cell"))
        return cls(cell, **config)
