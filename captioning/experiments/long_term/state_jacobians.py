"""Jacobians of a cell's steps, which back-propagation through time multiplies.

The states of a step, s_t = [h_t] or [h_t, c_t], depend on those of the step before. The
gradient of a loss at T passes through all steps back to t:

    d h_T / d s_t = [I 0] J_T J_{T-1} ... J_{t+1}        J_t = d s_t / d s_{t-1}

The norm of this product as a function of T - t shows how the gradient vanishes or
explodes (Bengio et al. 1994; Pascanu et al. 2013). For an `LSTMCell` it is taken with
respect to the whole state, h and c, since the gradient is carried by c.
"""

import keras
import numpy as np
import tensorflow as tf


def step_jacobians(cell, inputs) -> np.ndarray:
    """Return J_t of all steps of a cell that starts from zero states.

    Args:
        cell: a built `ElmanCell` or `LSTMCell`.
        inputs: ``(batch, time, input_dim)``.

    Returns:
        float64 ``(batch, time, size, size)``, size = num_states * units:
        ``[b, t, i, j]`` is d s_t[i] / d s_{t-1}[j].
    """
    batch, time = inputs.shape[:2]
    projected = cell.project_inputs(keras.ops.cast(inputs, cell.compute_dtype))
    before, states = [], cell.get_initial_state(batch)
    for t in range(time):
        before.append(tf.concat(states, -1))
        _, states = cell.step(projected[:, t], states)
    # From here on all steps at once, a row for each sequence and time.
    rows = tf.reshape(tf.stack(before, 1), (batch * time, -1))
    projected = tf.reshape(projected, (batch * time, -1))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(rows)
        _, states = cell.step(projected, tf.split(rows, cell.num_states, -1))
        after = tf.unstack(tf.concat(states, -1), axis=-1)
    jacobians = np.stack([tape.gradient(unit, rows).numpy() for unit in after], 1)
    size = rows.shape[-1]
    return jacobians.reshape(batch, time, size, size).astype("float64")


def gradient_norms(cell, inputs) -> np.ndarray:
    """Return the norm of d h_T / d s_t for T - t = 0, 1, ..., time.

    Args:
        cell: a built `ElmanCell` or `LSTMCell`.
        inputs: ``(batch, time, input_dim)``.

    Returns:
        float64 ``(time + 1,)``: the spectral norm, the largest factor by which a change
        of s_t is amplified up to h_T, as a mean over the batch. The first is 1.
    """
    jacobians = step_jacobians(cell, inputs)
    batch, time, size, _ = jacobians.shape
    product = np.tile(np.eye(cell.units, size), (batch, 1, 1))
    norms = [_spectral(product)]
    for t in reversed(range(time)):
        product = product @ jacobians[:, t]
        norms.append(_spectral(product))
    return np.array(norms)


def _spectral(matrices) -> float:
    return float(np.linalg.norm(matrices, ord=2, axis=(-2, -1)).mean())


def scale_recurrence(cell, radius: float) -> None:
    """Set W_hh of a built `ElmanCell` to `radius` times an orthogonal matrix.

    All its eigenvalues then have this absolute value: a linear cell scales its state by
    `radius` at each step.
    """
    orthogonal = keras.initializers.Orthogonal(seed=0)
    cell.recurrent_kernel.assign(
        radius * orthogonal(cell.recurrent_kernel.shape, dtype="float32")
    )


def composed(slope: float, depth: int, x: np.ndarray, *, squash: bool) -> np.ndarray:
    """Return f(f(...f(x))), `depth` times, of f(x) = slope x, or tanh(slope x).

    Without the tanh this is slope ** depth * x, a line at any depth.
    """
    for _ in range(depth):
        x = slope * x
        if squash:
            x = np.tanh(x)
    return x
