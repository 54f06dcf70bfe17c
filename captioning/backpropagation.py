"""Back-propagation through time, written out: one cell's loop, and the same loop back.

Automatic differentiation of a loop adds up the recurrent kernel's gradient step by
step, in T small products. Here the way back only collects d_gates_t, and then

    d_W_h = sum_t h_{t-1}^T d_gates_t = [h_0 ... h_{T-1}]^T [d_gates_1 ... d_gates_T]

is ONE product over all steps (the method: Werbos 1990). The cell knows its own
derivative (`activate`, `activate_gradient`); what is here is the loop.
"""

import tensorflow as tf


def through_time(cell, projected, recurrent_kernel, states, mask=None):
    """Run a cell over a sequence.

    for t in range(T):
        gates = projected[t] + W_h h
        states = cell.activate(gates, states)        where the mask is True

    Args:
        cell: of `captioning.cells`: its `activate` and `activate_gradient` are called.
        projected: the hoisted W_x x + b, ``(time, batch, num_gates * units)``.
        recurrent_kernel: W_h, ``(units, num_gates * units)``; a tensor, for
            `tf.custom_gradient` wants its variables as arguments.
        states: list of ``(batch, units)``, h first.
        mask: bool ``(time, batch, 1)``, True = real; all real if not given.

    Returns:
        h of all steps ``(time, batch, units)``, at a masked step that before it, and
        the list of final states.
    """

    @tf.custom_gradient
    def run(projected, recurrent_kernel, *states):
        final, history, memory = _forward(
            cell, projected, recurrent_kernel, states, mask
        )
        hidden = history[0]

        def gradient(d_hidden, *d_states):
            d_gates, d_states = _backward(
                cell, recurrent_kernel, history, memory, d_hidden, d_states, mask
            )
            d_gates = tf.reshape(d_gates, tf.shape(projected))
            d_kernel = tf.matmul(_flat(hidden[:-1]), _flat(d_gates), transpose_a=True)
            return d_gates, d_kernel, *d_states

        return (hidden[1:], *final), gradient

    hidden, *states = run(projected, recurrent_kernel, *states)
    hidden.set_shape([*projected.shape[:2], cell.units])
    return hidden, states


def _forward(cell, projected, recurrent_kernel, states, mask):
    """Return the final states, those before each step and after the last
    ``(time + 1, batch, units)``, and what the cell remembers ``(time, batch, units)``;
    three lists.
    """
    num_steps = tf.shape(projected)[0]
    history = [
        tf.TensorArray(state.dtype, num_steps + 1).write(0, state) for state in states
    ]
    memory = [
        tf.TensorArray(projected.dtype, num_steps) for _ in range(cell.num_remembered)
    ]

    def step(t, states, history, memory):
        gates = projected[t] + tf.matmul(states[0], recurrent_kernel)
        new_states, remembered = cell.activate(gates, states)
        if mask is not None:
            new_states = _where(mask[t], new_states, states)
        history = _write(history, t + 1, new_states)
        return t + 1, new_states, history, _write(memory, t, remembered)

    _, states, history, memory = tf.while_loop(
        lambda t, *_: t < num_steps,
        step,
        (0, list(states), history, memory),
        shape_invariants=(
            tf.TensorShape([]),
            _any_batch(states),
            _no_shapes(history),
            _no_shapes(memory),
        ),
    )
    # Tensors, not arrays: a SavedModel stores the gradient with what it needs.
    return states, _stack(history), _stack(memory)


def _backward(cell, recurrent_kernel, history, memory, d_hidden, d_states, mask):
    """Return d_gates ``(time, batch, width)`` and d of the initial states."""
    num_steps = tf.shape(d_hidden)[0]

    def step(t, d_states, d_gates):
        d_new = [d_states[0] + d_hidden[t], *d_states[1:]]
        new_states, states = _at(history, t + 1), _at(history, t)
        gates, d_others = cell.activate_gradient(
            d_new, new_states, states, _at(memory, t)
        )
        if mask is not None:
            gates = tf.where(mask[t], gates, tf.zeros_like(gates))
        d_states = [tf.matmul(gates, recurrent_kernel, transpose_b=True), *d_others]
        if mask is not None:
            d_states = _where(mask[t], d_states, d_new)
        return t - 1, d_states, d_gates.write(t, gates)

    d_gates = tf.TensorArray(d_hidden.dtype, num_steps)
    _, d_states, d_gates = tf.while_loop(
        lambda t, *_: t >= 0,
        step,
        (num_steps - 1, list(d_states), d_gates),
        shape_invariants=(
            tf.TensorShape([]),
            _any_batch(d_states),
            tf.TensorShape(None),
        ),
    )
    return d_gates.stack(), d_states


def _flat(steps):
    """(time, batch, width) -> (time * batch, width)."""
    return tf.reshape(steps, [-1, steps.shape[-1]])


def _where(real, new, old):
    return [tf.where(real, n, o) for n, o in zip(new, old, strict=True)]


def _at(steps, t):
    return [step[t] for step in steps]


def _stack(arrays):
    return [array.stack() for array in arrays]


def _write(arrays, t, values):
    return [array.write(t, v) for array, v in zip(arrays, values, strict=True)]


def _any_batch(states):
    return [tf.TensorShape([None, state.shape[-1]]) for state in states]


def _no_shapes(arrays):
    return [tf.TensorShape(None) for _ in arrays]
