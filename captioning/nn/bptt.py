"""Back-propagation through time, written out: a cell's loop and its gradient.

Automatic differentiation of a loop adds up the recurrent kernel's gradient step by
step, in T small products. Here the backward loop only collects d_gates_t, and then

    d_W_h = sum_t h_{t-1}^T d_gates_t = [h_0 ... h_{T-1}]^T [d_gates_1 ... d_gates_T]

is ONE product over all steps (the method: Werbos 1990). The cell provides its own
derivative (`activate`, `activate_gradient`); this module is the loop.
"""

import tensorflow as tf

from captioning.nn.matmul import matmul_padded, pad_columns, padded_transpose
from captioning.nn.packed_sequence import PaddedLayout


def unroll(cell, projected, recurrent_kernel, states, layout: PaddedLayout):
    """Run a cell over sequences.

    for t in range(layout.num_steps):
        gates = projected at t + W_h h        of the sequences that have a step t
        states = cell.activate(gates, states)

    Args:
        cell: a cell with `activate` and `activate_gradient` (`nn.recurrent_cell`).
        projected: W_x x + b of all steps, ``(..., num_gates * units)``, in the layout.
        recurrent_kernel: W_h, ``(units, num_gates * units)``; a tensor, since
            `tf.custom_gradient` would want a variable as an argument of its own.
        states: list of ``(batch, units)``, h first.
        layout: where the steps of all sequences lie.

    Returns:
        h after each step ``(..., units)``, and the list of final states.
    """

    @tf.custom_gradient
    def run(projected, recurrent_kernel, *states):
        history, saved = _forward(cell, projected, recurrent_kernel, states, layout)
        final = [layout.final_states(of_state) for of_state in history]

        def gradient(d_hidden, *d_final):
            d_gates, d_states = _backward(
                cell, recurrent_kernel, history, saved, d_hidden, d_final, layout
            )
            d_gates = tf.reshape(d_gates, tf.shape(projected))
            d_kernel = tf.matmul(
                layout.previous_states(history[0]),
                tf.reshape(d_gates, [-1, d_gates.shape[-1]]),
                transpose_a=True,
            )
            return d_gates, d_kernel, *d_states

        return (layout.outputs(history[0]), *final), gradient

    hidden, *states = run(projected, recurrent_kernel, *states)
    hidden.set_shape([*projected.shape[:-1], cell.units])
    return hidden, states


def _forward(cell, projected, recurrent_kernel, states, layout: PaddedLayout):
    """Return the history of each state, and the tensors that the cell saves at each
    step for its gradient, both ``(..., units)`` in the layout; two lists."""
    width, kernel = recurrent_kernel.shape[-1], pad_columns(recurrent_kernel)
    history = [
        _tensor_array(state.dtype, layout.num_steps + 1, cell.units).write(0, state)
        for state in states
    ]
    saved = [
        _tensor_array(projected.dtype, layout.num_steps, cell.units)
        for _ in range(cell.num_saved)
    ]

    def step(t, states, history, saved):
        states = [layout.active(state, t) for state in states]
        gates = layout.at(projected, t) + matmul_padded(states[0], kernel, width)
        states, to_save = cell.activate(gates, states)
        history = _write(history, t + 1, states)
        return t + 1, states, history, _write(saved, t, to_save)

    _, _, history, saved = tf.while_loop(
        lambda t, *_: t < layout.num_steps,
        step,
        (0, list(states), history, saved),
        shape_invariants=(
            tf.TensorShape([]),
            _any_batch(states),
            _unknown_shapes(history),
            _unknown_shapes(saved),
        ),
    )
    # Tensors, not arrays: a SavedModel stores the gradient with what it captures.
    return (
        [layout.stack(array, cell.units) for array in history],
        [layout.stack(array, cell.units) for array in saved],
    )


def _backward(
    cell, recurrent_kernel, history, saved, d_hidden, d_final, layout: PaddedLayout
):
    """Return d_gates ``(..., width)`` and the gradients of the initial states."""
    width, kernel = recurrent_kernel.shape[-1], padded_transpose(recurrent_kernel)

    def step(t, d_states, d_gates):
        d_new = [
            layout.merge_final(*pair, t) for pair in zip(d_states, d_final, strict=True)
        ]
        d_new[0] += layout.at(d_hidden, t)
        gates, d_others = cell.activate_gradient(
            d_new,
            [layout.states_after(of_state, t) for of_state in history],
            [layout.states_before(of_state, t) for of_state in history],
            [layout.at(values, t) for values in saved],
        )
        d_states = [matmul_padded(gates, kernel, cell.units), *d_others]
        return t - 1, d_states, d_gates.write(t, gates)

    _, d_states, d_gates = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (
            layout.num_steps - 1,
            [layout.initial_gradient(d) for d in d_final],
            _tensor_array(d_hidden.dtype, layout.num_steps, width),
        ),
        shape_invariants=(
            tf.TensorShape([]),
            _any_batch(d_final),
            tf.TensorShape(None),
        ),
    )
    d_states = [
        layout.merge_final_at_start(*pair)
        for pair in zip(d_states, d_final, strict=True)
    ]
    return layout.stack(d_gates, width), d_states


def _tensor_array(dtype, size, width):
    return tf.TensorArray(dtype, size, infer_shape=False, element_shape=(None, width))


def _write(arrays, t, values):
    return [array.write(t, v) for array, v in zip(arrays, values, strict=True)]


def _any_batch(states):
    return [tf.TensorShape([None, state.shape[-1]]) for state in states]


def _unknown_shapes(arrays):
    return [tf.TensorShape(None) for _ in arrays]
