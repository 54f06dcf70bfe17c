"""Back-propagation through time, written out: one cell's loop, and the same loop back.

Automatic differentiation of a loop adds up the recurrent kernel's gradient step by
step, in T small products. Here the way back only collects d_gates_t, and then

    d_W_h = sum_t h_{t-1}^T d_gates_t = [h_0 ... h_{T-1}]^T [d_gates_1 ... d_gates_T]

is ONE product over all steps (the method: Werbos 1990). The cell knows its own
derivative (`activate`, `activate_gradient`); what is here is the loop.
"""

import tensorflow as tf

from captioning.nn.matmul import product, spaced, transposed
from captioning.nn.packed_sequence import PaddedLayout


def through_time(cell, projected, recurrent_kernel, states, steps: PaddedLayout):
    """Run a cell over sequences.

    for t in range(steps.num_steps):
        gates = projected at t + W_h h        of the sequences that have a step t
        states = cell.activate(gates, states)

    Args:
        cell: of `nn.cells`: its `activate` and `activate_gradient` are called.
        projected: the hoisted W_x x + b, ``(..., num_gates * units)``, as `steps` has
            them lie.
        recurrent_kernel: W_h, ``(units, num_gates * units)``; a tensor, for
            `tf.custom_gradient` wants its variables as arguments.
        states: list of ``(batch, units)``, h first.
        steps: where the steps of all sequences lie.

    Returns:
        h after each step ``(..., units)``, and the list of final states.
    """

    @tf.custom_gradient
    def run(projected, recurrent_kernel, *states):
        history, memory = _forward(cell, projected, recurrent_kernel, states, steps)
        final = [steps.final(past) for past in history]

        def gradient(d_hidden, *d_final):
            d_gates, d_states = _backward(
                cell, recurrent_kernel, history, memory, d_hidden, d_final, steps
            )
            d_gates = tf.reshape(d_gates, tf.shape(projected))
            d_kernel = tf.matmul(
                steps.all_before(history[0]),
                tf.reshape(d_gates, [-1, d_gates.shape[-1]]),
                transpose_a=True,
            )
            return d_gates, d_kernel, *d_states

        return (steps.hidden(history[0]), *final), gradient

    hidden, *states = run(projected, recurrent_kernel, *states)
    hidden.set_shape([*projected.shape[:-1], cell.units])
    return hidden, states


def _forward(cell, projected, recurrent_kernel, states, steps: PaddedLayout):
    """Return the history of each state, and what the cell remembers of each step, both
    ``(..., units)`` as `steps` has them lie; two lists.
    """
    width, kernel = recurrent_kernel.shape[-1], spaced(recurrent_kernel)
    history = [
        _array(state.dtype, steps.num_steps + 1, cell.units).write(0, state)
        for state in states
    ]
    memory = [
        _array(projected.dtype, steps.num_steps, cell.units)
        for _ in range(cell.num_remembered)
    ]

    def step(t, states, history, memory):
        states = [steps.going_on(state, t) for state in states]
        gates = steps.at(projected, t) + product(states[0], kernel, width)
        states, remembered = cell.activate(gates, states)
        history = _write(history, t + 1, states)
        return t + 1, states, history, _write(memory, t, remembered)

    _, _, history, memory = tf.while_loop(
        lambda t, *_: t < steps.num_steps,
        step,
        (0, list(states), history, memory),
        shape_invariants=(
            tf.TensorShape([]),
            _any_size(states),
            _no_shapes(history),
            _no_shapes(memory),
        ),
    )
    # Tensors, not arrays: a SavedModel stores the gradient with what it needs.
    return (
        [steps.collected(array, cell.units) for array in history],
        [steps.collected(array, cell.units) for array in memory],
    )


def _backward(
    cell, recurrent_kernel, history, memory, d_hidden, d_final, steps: PaddedLayout
):
    """Return d_gates ``(..., width)`` and d of the first states."""
    width, kernel = recurrent_kernel.shape[-1], transposed(recurrent_kernel)

    def step(t, d_states, d_gates):
        d_new = [steps.joined(*pair, t) for pair in zip(d_states, d_final, strict=True)]
        d_new[0] += steps.at(d_hidden, t)
        gates, d_others = cell.activate_gradient(
            d_new,
            [steps.after(past, t) for past in history],
            [steps.before(past, t) for past in history],
            [steps.at(one, t) for one in memory],
        )
        d_states = [product(gates, kernel, cell.units), *d_others]
        return t - 1, d_states, d_gates.write(t, gates)

    _, d_states, d_gates = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (
            steps.num_steps - 1,
            [steps.d_last(d) for d in d_final],
            _array(d_hidden.dtype, steps.num_steps, width),
        ),
        shape_invariants=(
            tf.TensorShape([]),
            _any_size(d_final),
            tf.TensorShape(None),
        ),
    )
    d_states = [
        steps.joined_first(*pair) for pair in zip(d_states, d_final, strict=True)
    ]
    return steps.collected(d_gates, width), d_states


def _array(dtype, size, width):
    return tf.TensorArray(dtype, size, infer_shape=False, element_shape=(None, width))


def _write(arrays, t, values):
    return [array.write(t, v) for array, v in zip(arrays, values, strict=True)]


def _any_size(states):
    return [tf.TensorShape([None, state.shape[-1]]) for state in states]


def _no_shapes(arrays):
    return [tf.TensorShape(None) for _ in arrays]
