"""The recurrent layer: one cell, with the same weights, over all time steps."""

import contextlib
import contextvars
from collections.abc import Iterator

import keras
import tensorflow as tf
from keras import ops

from captioning.nn.bptt import unroll
from captioning.nn.matmul import project
from captioning.nn.packed_sequence import PackedLayout, PaddedLayout, pack_by_mask
from captioning.nn.recurrent_cell import RecurrentCell

_SCANS = contextvars.ContextVar("scans", default=False)


@contextlib.contextmanager
def scans() -> Iterator[None]:
    """Let graphs that are traced within run cells by `RNN.scan`, whose operations
    LiteRT has; it has none for sequences without padding."""
    token = _SCANS.set(True)
    try:
        yield
    finally:
        _SCANS.reset(token)


@keras.saving.register_keras_serializable("captioning")
class RNN(keras.layers.RNN):
    """`keras.layers.RNN`, faster for the cells of this package.

    What it computes is this loop, with the input projection done for all steps at
    once, as one matrix product, before the loop starts:

        for t in range(T):
            output, states = cell.step(projected[:, t], states)

    A cell with `activate_gradient` is trained by `captioning.nn.bptt`. Masked steps are
    skipped, so padding costs nothing. Cells of other packages, and `unroll=True`, run
    by the loop of Keras.

    `compile` does not use XLA, which must know all sizes when it compiles, and so the
    masks. A `tf.function(jit_compile=True)` may call the layer without a mask.

    Args:
        cell: an `ElmanCell`, an `LSTMCell` or another `RecurrentCell`; or any Keras
            cell. It is not copied, so it may be shared with other layers.
        **kwargs: those of `keras.layers.RNN`: `return_sequences`, `return_state`,
            `go_backwards`, `stateful`, `unroll`, `zero_output_for_mask`.

    Call arguments:
        sequences: ``(batch, time, input_dim)``.
        initial_state: list of ``(batch, units)``; zeros if not given.
        mask: bool ``(batch, time)``, True = real; all real if not given. A masked step
            leaves the states unchanged and repeats the output before it, or gives
            zeros with `zero_output_for_mask`.
        training: passed to cells that take it.

    Returns:
        The last output ``(batch, units)``, or with `return_sequences` all of them
        ``(batch, time, units)``; with `return_state` also the final states, each
        ``(batch, units)``.

    Example:
        >>> RNN(LSTMCell(64))(ops.zeros((2, 7, 32))).shape
        TensorShape([2, 64])
    """

    def __init__(self, cell, **kwargs):
        super().__init__(cell, **kwargs)
        self.supports_jit = False  # see above

    def inner_loop(self, sequences, initial_state, mask, training=False):
        # What `keras.layers.RNN.call` runs: (last output, outputs, states).
        ours = isinstance(self.cell, RecurrentCell)
        if not ours or self.unroll or self.cell.compute_dtype != self.compute_dtype:
            return super().inner_loop(sequences, initial_state, mask, training)
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        outputs, states = self.run(sequences, initial_state, mask)
        if mask is not None and not self.zero_output_for_mask:
            outputs = _repeat_last_real(outputs, mask)
        return outputs[:, -1], outputs, states

    def run(self, sequences, states, mask=None):
        """Run one of our cells over sequences.

        Args:
            sequences: ``(batch, time, input_dim)``.
            states: list of ``(batch, units)``.
            mask: bool ``(batch, time)``, True = real; all real if not given.

        Returns:
            outputs ``(batch, time, units)``, zeros at masked steps, and the list of
            final states, each ``(batch, units)``.
        """
        if _SCANS.get() or not hasattr(self.cell, "activate_gradient"):
            return self.scan(sequences, states, mask)
        if mask is None:
            sequences = ops.swapaxes(sequences, 0, 1)  # the loop wants time first
            layout = PaddedLayout(tf.shape(sequences)[0])
            outputs, states = self.run_layout(sequences, states, layout)
            return ops.swapaxes(outputs, 0, 1), states
        packing = pack_by_mask(ops.cast(mask, "bool"))
        outputs, states = self.run_layout(
            packing.pack(sequences),
            [packing.sort(state) for state in states],
            PackedLayout(packing.batch_sizes, packing.shape[0]),
        )
        outputs = packing.unpack(outputs)
        outputs.set_shape([*sequences.shape[:2], self.cell.units])
        return outputs, [packing.unsort(state) for state in states]

    def run_layout(self, inputs, states, layout):
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

    def scan(self, sequences, states, mask=None):
        """Do what `run` does, by automatic differentiation: the slow reference."""
        projected = self.cell.project_inputs(ops.swapaxes(sequences, 0, 1))
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


@keras.saving.register_keras_serializable("captioning")
class Recurrence(RNN):
    """`RNN` as our models use it: all outputs, zeros at masked steps, and all states.

    Takes a sequence of no steps too.

    Args:
        cell: a `RecurrentCell`. It is not copied, so it may be shared.

    Call arguments:
        sequences, initial_state, mask: as for `RNN`.

    Returns:
        outputs ``(batch, time, units)``, and the list of final states, each
        ``(batch, units)``.
    """

    def __init__(self, cell, **kwargs):
        if not isinstance(cell, RecurrentCell):
            raise ValueError(
                f"Recurrence got {cell!r}; expected a cell such as "
                "captioning.LSTMCell(units), a subclass of captioning.RecurrentCell."
            )
        of_keras = ("return_sequences", "return_state", "zero_output_for_mask")
        super().__init__(cell, **{**dict.fromkeys(of_keras, True), **kwargs})

    def call(self, sequences, initial_state=None, mask=None):
        if initial_state is None:
            initial_state = self.get_initial_state(ops.shape(sequences)[0])
        return self.run(sequences, initial_state, mask)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        outputs, *states = super().compute_output_shape(sequences_shape)
        return outputs, states


def _repeat_last_real(outputs, mask):
    """Return outputs ``(batch, time, units)``, at masked steps those of the last real
    step before; zeros, as they are, where there is none."""
    real_so_far = tf.cumsum(tf.cast(mask, tf.int32), axis=1)
    last_real = tf.searchsorted(real_so_far, real_so_far)  # where each number is first
    return tf.gather(outputs, last_real, axis=1, batch_dims=1)
