"""The contract of a recurrent cell: one time step, and what training needs of it.

A cell knows one step of time and nothing of the loop around it. By the contract of
`keras.layers.RNN` it has `state_size`, `output_size`,
`get_initial_state(batch_size)` and `call(inputs, states) -> (output, new_states)`.

Our cells split `call` in two, because the part that reads the input does not depend on
the state and can be computed for all steps at once:

    project_inputs(x)        W_xh x + b_h            for one step or for all at once
    step(projected, states)  the rest, step by step

    call(x_t, states) == step(project_inputs(x_t), states)

`keras.layers.RNN(cell)` runs `call`; `captioning.RNN(cell)` runs
`project_inputs` once for the whole sequence and then `step` at each time.

A step reads h_{t-1} through one matrix product only; everything after it is
elementwise, and a cell also has the derivative of that part:

    gates = projected + W_h h_{t-1}
    activate(gates, states)                    new states, and what to save
    activate_gradient(d_new_states, ...)       d_gates, and d of the states besides h

`captioning.nn.bptt` needs this to train a cell fast. Throughout, d_x is the derivative
of the loss with respect to x. A cell that does not fit overrides `step` instead, and is
trained by automatic differentiation, which is slower: docs/extending-cell.md makes one.
"""

import numbers

import keras
from keras import ops


class RecurrentCell(keras.layers.Layer):
    """Sizes, weights and zero state of a cell; subclasses add the equations.

    A subclass defines `num_gates`, `num_states`, and `step`; or in place of `step`,
    for fast training, `activate`, `activate_gradient` and `num_saved`.

    Args:
        units: length of the hidden state.
        **kwargs: those of `keras.layers.Layer`, such as `dtype`.

    Attributes:
        num_gates: how many vectors of length `units` a step computes from x and h.
        num_states: how many states a step passes on, h among them.
        num_saved: tensors that `activate` saves for `activate_gradient`.

    Raises:
        ValueError: `units` is not a positive integer.
    """

    num_gates: int
    num_states: int
    num_saved: int

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, numbers.Integral) or units < 1:
            raise ValueError(
                f"{type(self).__name__} got units={units!r}; expected a positive "
                "integer, the length of the hidden state."
            )
        self.units = int(units)  # which may be NumPy's

    @property
    def state_size(self):
        return self.units if self.num_states == 1 else [self.units] * self.num_states

    @property
    def output_size(self) -> int:
        return self.units

    def build(self, input_shape):
        width = self.num_gates * self.units
        # Names and layout are those of Keras' cells, so weights can be copied.
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width), initializer="glorot_uniform", name="kernel"
        )
        # Orthogonal: preserves the norm of the state over time (Saxe et al. 2014).
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width),
            initializer="orthogonal",
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(width,), initializer=self._bias_initializer, name="bias"
        )

    def _bias_initializer(self, shape, dtype=None):
        return ops.zeros(shape, dtype)

    def get_initial_state(self, batch_size: int | None = None) -> list:
        """Return the states before the first step: zeros, each ``(batch, units)``."""
        return [
            ops.zeros((batch_size, self.units), dtype=self.compute_dtype)
            for _ in range(self.num_states)
        ]

    def project_inputs(self, inputs, matmul=ops.matmul):
        """Return W_xh x + b_h.

        Args:
            inputs: ``(..., input_dim)``, one time step or all of them.
            matmul: the function that multiplies the inputs by the kernel.

        Returns:
            ``(..., num_gates * units)``.
        """
        # Cast, for Keras casts variables in `call` only.
        projected = matmul(inputs, ops.cast(self.kernel, inputs.dtype))
        return projected + ops.cast(self.bias, projected.dtype)

    def project_state(self, h):
        """Return W_h h, ``(..., num_gates * units)``, of h ``(..., units)``."""
        return ops.matmul(h, ops.cast(self.recurrent_kernel, h.dtype))

    def step(self, projected, states):
        """Return ``(h_t, new_states)``.

        Args:
            projected: `project_inputs` of x_t, ``(batch, num_gates * units)``.
            states: those at t-1, h first, each ``(batch, units)``.
        """
        gates = projected + self.project_state(states[0])
        new_states, _ = self.activate(gates, states)
        return new_states[0], new_states

    def activate(self, gates, states):
        """Return the new states, and a tuple of `num_saved` tensors to save.

        Args:
            gates: W_h h_{t-1} + W_x x_t + b, ``(batch, num_gates * units)``.
            states: those at t-1, h first, each ``(batch, units)``.
        """
        raise NotImplementedError

    def call(self, inputs, states):
        return self.step(self.project_inputs(inputs), states)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
