"""Our recurrent cells: ONE time step each, by the Keras cell contract.

A cell knows one step of time and nothing of the loop around it. The contract
(that of `keras.layers.RNN`) is four things: `state_size`, `output_size`,
`get_initial_state(batch_size)` and `call(inputs, states) -> (output, new_states)`.

Ours split `call` in two, for the part that reads the input does not depend on the
state and so need not wait for its turn in time:

    project_inputs(x)        W_xh x + b_h            for one step or for all at once
    step(projected, states)  what is left to do, step by step

    call(x_t, states) == step(project_inputs(x_t), states)

`keras.layers.RNN(cell)` runs `call`; `captioning.nn.rnn.Recurrence(cell)` runs
`project_inputs` once for the whole sequence and then `step` at each time.

A step, in turn, reads h_{t-1} through one product only; all that comes after it works
on every unit for itself, and a cell knows its derivative too:

    gates = projected + W_h h_{t-1}
    activate(gates, states)                    the new states, and what to remember
    activate_gradient(d_new_states, ...)       d_gates, and d of the states besides h

That is what `captioning.nn.bptt` needs to train a cell fast. Throughout, d_x is
the derivative of the loss by x.
"""

import keras
from keras import ops


class _Cell(keras.layers.Layer):
    """What both cells share: sizes, weights and the zero state."""

    num_gates: int
    num_states: int
    num_remembered: int  # tensors that `activate` hands to `activate_gradient`

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units < 1:
            raise ValueError(
                f"{type(self).__name__} got units={units!r}; expected a positive "
                "integer, the length of the hidden state."
            )
        self.units = units

    @property
    def state_size(self):
        return self.units if self.num_states == 1 else [self.units] * self.num_states

    @property
    def output_size(self) -> int:
        return self.units

    def build(self, input_shape):
        width = self.num_gates * self.units
        # The names and the layout are those of Keras, so weights move between them.
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width), initializer="glorot_uniform", name="kernel"
        )
        # Orthogonal: keeps the norm of what is carried through time (Saxe et al. 2014).
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
        """Return the memory of an empty past: zeros, each ``(batch, units)``."""
        return [
            ops.zeros((batch_size, self.units), dtype=self.compute_dtype)
            for _ in range(self.num_states)
        ]

    def project_inputs(self, inputs, multiply=ops.matmul):
        """Return W_xh x + b_h.

        Args:
            inputs: ``(..., input_dim)``, one time step or all of them.
            multiply: inputs and kernel -> their product.

        Returns:
            ``(..., num_gates * units)``.
        """
        return multiply(inputs, self.kernel) + self.bias

    def step(self, projected, states):
        """Return ``(h_t, new_states)``.

        Args:
            projected: `project_inputs` of x_t, ``(batch, num_gates * units)``.
            states: those at t-1, h first, each ``(batch, units)``.
        """
        gates = projected + ops.matmul(states[0], self.recurrent_kernel)
        new_states, _ = self.activate(gates, states)
        return new_states[0], new_states

    def call(self, inputs, states):
        return self.step(self.project_inputs(inputs), states)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("captioning")
class ElmanCell(_Cell):
    """The plain recurrent cell (Elman 1990).

    h_t = tanh(W_hh h_{t-1} + W_xh x_t + b_h)

    The same W_hh, W_xh and b_h at every step; the hidden state h is the memory. The
    read-out y_t = W_hy h_t + b_y belongs to the head that uses the cell.

    W_xh is `kernel` ``(input_dim, units)``, W_hh is `recurrent_kernel`
    ``(units, units)``, b_h is `bias` ``(units,)``.

    Args:
        units: length of the hidden state.
        activation: "tanh", or "linear" for h_t = W_hh h_{t-1} + W_xh x_t + b_h. The
            linear one shows what the tanh is for: t steps with a recurrent weight a
            scale the state by a^t, so it explodes or vanishes.

    Call arguments:
        inputs: x_t, ``(batch, input_dim)``.
        states: ``[h_{t-1}]``, ``(batch, units)``.

    Returns:
        ``(h_t, [h_t])``.

    Example:
        >>> keras.layers.RNN(ElmanCell(64))(ops.zeros((2, 7, 32))).shape
        TensorShape([2, 64])
    """

    num_gates = 1
    num_states = 1
    num_remembered = 0

    def __init__(self, units: int, activation: str = "tanh", **kwargs):
        super().__init__(units, **kwargs)
        if activation not in ("tanh", "linear"):
            raise ValueError(
                f"ElmanCell got activation={activation!r}; expected 'tanh' or 'linear'."
            )
        self.activation = activation

    def activate(self, gates, states):
        """Return ``([h_t], ())`` from W_hh h_{t-1} + W_xh x_t + b_h."""
        return [ops.tanh(gates) if self.activation == "tanh" else gates], ()

    def activate_gradient(self, d_new_states, new_states, states, remembered):
        """Return d_gates = d_h * (1 - h_t^2), or d_h if linear, and no other states."""
        (d_h,), (h,) = d_new_states, new_states
        return (_through_tanh(d_h, h) if self.activation == "tanh" else d_h), []

    def get_config(self):
        return {**super().get_config(), "activation": self.activation}


@keras.saving.register_keras_serializable("captioning")
class LSTMCell(_Cell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

    i_t = sigmoid(W_hi h_{t-1} + W_xi x_t + b_i)      what to write
    f_t = sigmoid(W_hf h_{t-1} + W_xf x_t + b_f)      what to keep
    g_t = tanh   (W_hg h_{t-1} + W_xg x_t + b_g)      what would be written
    o_t = sigmoid(W_ho h_{t-1} + W_xo x_t + b_o)      what to show
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

    The four products are one: `kernel` ``(input_dim, 4 units)``, `recurrent_kernel`
    ``(units, 4 units)`` and `bias` ``(4 units,)`` hold the gates in the order
    i, f, g, o, which is that of `keras.layers.LSTMCell`.

    Args:
        units: length of the hidden state h and of the cell state c.
        forget_bias: what b_f starts at. With 1 the cell starts by remembering
            (Gers et al. 2000; Jozefowicz et al. 2015); with 0 it forgets half of c
            at every step.
        longest: if more than 1, T_max, the longest memory to expect, in steps: then
            b_f ~ log U(1, T_max - 1) and b_i = -b_f, and `forget_bias` is not used. A
            unit whose gate is sigmoid(b_f) forgets in 1 + exp(b_f) steps, so the units
            start with memories of all lengths up to T_max ("chrono" initialization,
            Tallec & Ollivier 2018).

    Call arguments:
        inputs: x_t, ``(batch, input_dim)``.
        states: ``[h_{t-1}, c_{t-1}]``, each ``(batch, units)``.

    Returns:
        ``(h_t, [h_t, c_t])``.
    """

    num_gates = 4
    num_states = 2
    num_remembered = 5

    def __init__(
        self, units: int, forget_bias: float = 1.0, longest: int = 0, **kwargs
    ):
        super().__init__(units, **kwargs)
        self.forget_bias = forget_bias
        self.longest = longest

    def _bias_initializer(self, shape, dtype=None):
        zeros = ops.zeros((self.units,), dtype)
        if self.longest > 1:
            spans = keras.initializers.RandomUniform(1.0, self.longest - 1.0)
            b_f = ops.log(spans((self.units,), dtype))
            return ops.concatenate([-b_f, b_f, zeros, zeros])
        return ops.concatenate([zeros, zeros + self.forget_bias, zeros, zeros])

    def activate(self, gates, states):
        """Return ``([h_t, c_t], remembered)`` from W_h h_{t-1} + W_x x_t + b."""
        _, c = states
        i, f, g, o = ops.split(gates, 4, axis=-1)
        i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
        c = f * c + i * g
        tanh_c = ops.tanh(c)
        return [o * tanh_c, c], (i, f, g, o, tanh_c)

    def activate_gradient(self, d_new_states, new_states, states, remembered):
        """Return d_gates ``(batch, 4 units)`` and ``[d_c_{t-1}]``.

        d_c      += d_h * o_t * (1 - tanh(c_t)^2)      h_t shows c_t, too
        d_i       = d_c * g_t
        d_f       = d_c * c_{t-1}
        d_g       = d_c * i_t
        d_o       = d_h * tanh(c_t)
        d_c_{t-1} = d_c * f_t

        and d_gates is d_i ... d_o, each through its sigmoid or tanh.
        """
        (d_h, d_c), (_, c) = d_new_states, states
        i, f, g, o, tanh_c = remembered
        d_c = d_c + _through_tanh(d_h * o, tanh_c)
        d_gates = [
            _through_sigmoid(d_c * g, i),
            _through_sigmoid(d_c * c, f),
            _through_tanh(d_c * i, g),
            _through_sigmoid(d_h * tanh_c, o),
        ]
        return ops.concatenate(d_gates, axis=-1), [d_c * f]

    def get_config(self):
        return {
            **super().get_config(),
            "forget_bias": self.forget_bias,
            "longest": self.longest,
        }


def _through_tanh(d_y, y):
    """Return d_x of y = tanh(x)."""
    return d_y * (1 - y * y)


def _through_sigmoid(d_y, y):
    """Return d_x of y = sigmoid(x)."""
    return d_y * (y * (1 - y))


CELLS = {"elman": ElmanCell, "lstm": LSTMCell}


def build_cell(name: str, units: int, **options) -> ElmanCell | LSTMCell:
    """Return a new cell by its short name, "elman" or "lstm".

    Args:
        name: the short name.
        units: length of the hidden state.
        **options: the cell's own, such as ``longest`` of the LSTM.

    Raises:
        ValueError: the name is another.
    """
    if name not in CELLS:
        raise ValueError(
            f"The cell {name!r} is not known; expected one of {', '.join(CELLS)}."
        )
    return CELLS[name](units, **options)
