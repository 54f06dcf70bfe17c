"""The recurrent cells, each with its equations and their derivatives.

Both follow the contract of `captioning.nn.recurrent_cell`.
"""

import keras
from keras import ops

from captioning.nn.recurrent_cell import RecurrentCell


@keras.saving.register_keras_serializable("captioning")
class ElmanCell(RecurrentCell):
    """The plain recurrent cell (Elman 1990).

        h_t = tanh(W_hh h_{t-1} + W_xh x_t + b_h)

    The same W_hh, W_xh and b_h at every step; h is the hidden state. The output
    projection y_t = W_hy h_t + b_y belongs to the head that uses the cell.

    W_xh is `kernel` ``(input_dim, units)``, W_hh is `recurrent_kernel`
    ``(units, units)``, b_h is `bias` ``(units,)``.

    Args:
        units: length of the hidden state.
        activation: "tanh", or "linear" for h_t = W_hh h_{t-1} + W_xh x_t + b_h. The
            linear cell shows why the tanh is needed: t steps with a recurrent weight
            a scale the state by a^t, so it explodes or vanishes.

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
    num_saved = 0

    def __init__(self, units: int, activation: str = "tanh", **kwargs):
        super().__init__(units, **kwargs)
        if activation not in ("tanh", "linear"):
            raise ValueError(
                f"ElmanCell got activation={activation!r}; expected 'tanh' or 'linear'."
            )
        self.activation = activation

    def activate(self, gates, states):
        """Return ``([h_t], ())``: the gradient needs h_t only."""
        # gates is W_hh h_{t-1} + W_xh x_t + b_h: W_xh x_t + b_h by `project_inputs`,
        # W_hh h_{t-1} by `step`, both of captioning/nn/recurrent_cell.py.
        return [ops.tanh(gates) if self.activation == "tanh" else gates], ()

    def activate_gradient(self, d_new_states, new_states, states, saved):
        """Return d_gates = d_h * (1 - h_t^2), or d_h if linear, and no other states."""
        (d_h,), (h,) = d_new_states, new_states
        return (_tanh_gradient(d_h, h) if self.activation == "tanh" else d_h), []

    def get_config(self):
        return {**super().get_config(), "activation": self.activation}


@keras.saving.register_keras_serializable("captioning")
class LSTMCell(RecurrentCell):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

        i_t = sigmoid(W_hi h_{t-1} + W_xi x_t + b_i)      input gate
        f_t = sigmoid(W_hf h_{t-1} + W_xf x_t + b_f)      forget gate
        g_t = tanh   (W_hg h_{t-1} + W_xg x_t + b_g)      candidate
        o_t = sigmoid(W_ho h_{t-1} + W_xo x_t + b_o)      output gate
        c_t = f_t * c_{t-1} + i_t * g_t
        h_t = o_t * tanh(c_t)

    No dropout and no regularizers: put `keras.layers.Dropout` before the layer. What
    Keras calls `unit_forget_bias=True` is ``forget_bias=1``.

    The four products are one: `kernel` ``(input_dim, 4 units)``, `recurrent_kernel`
    ``(units, 4 units)`` and `bias` ``(4 units,)`` hold the gates in the order
    i, f, g, o, which is that of `keras.layers.LSTMCell`.

    Args:
        units: length of the hidden state h and of the cell state c.
        forget_bias: initial value of b_f. With 1 the cell keeps most of c at first
            (Gers et al. 2000; Jozefowicz et al. 2015); with 0 it forgets half of c
            at every step.
        longest: T_max, the longest dependency to expect, in steps. If more than 1,
            b_f ~ log U(1, T_max - 1) and b_i = -b_f at first, and `forget_bias` is not
            used. A unit whose gate is sigmoid(b_f) forgets in 1 + exp(b_f) steps, so
            the units start with time constants of all lengths up to T_max ("chrono"
            initialization, Tallec & Ollivier 2018).

    Call arguments:
        inputs: x_t, ``(batch, input_dim)``.
        states: ``[h_{t-1}, c_{t-1}]``, each ``(batch, units)``.

    Returns:
        ``(h_t, [h_t, c_t])``.
    """

    num_gates = 4
    num_states = 2
    num_saved = 5

    def __init__(
        self, units: int, forget_bias: float = 1.0, longest: int = 0, **kwargs
    ):
        super().__init__(units, **kwargs)
        self.forget_bias = float(forget_bias)
        self.longest = int(longest)

    def _bias_initializer(self, shape, dtype=None):
        zeros = ops.zeros((self.units,), dtype)
        if self.longest > 1:
            steps = keras.initializers.RandomUniform(1.0, self.longest - 1.0)
            b_f = ops.log(steps((self.units,), dtype))
            return ops.concatenate([-b_f, b_f, zeros, zeros])
        return ops.concatenate([zeros, zeros + self.forget_bias, zeros, zeros])

    def activate(self, gates, states):
        """Return ``([h_t, c_t], (i, f, g, o, tanh c_t))``, see `RecurrentCell`."""
        _, c = states
        i, f, g, o = ops.split(gates, 4, axis=-1)
        i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
        c = f * c + i * g
        tanh_c = ops.tanh(c)
        return [o * tanh_c, c], (i, f, g, o, tanh_c)

    def activate_gradient(self, d_new_states, new_states, states, saved):
        """Return d_gates ``(batch, 4 units)`` and ``[d_c_{t-1}]``.

        d_c      += d_h * o_t * (1 - tanh(c_t)^2)      c_t also acts through h_t
        d_i       = d_c * g_t
        d_f       = d_c * c_{t-1}
        d_g       = d_c * i_t
        d_o       = d_h * tanh(c_t)
        d_c_{t-1} = d_c * f_t

        and d_gates is d_i ... d_o, each times the derivative of its sigmoid or tanh.
        """
        (d_h, d_c), (_, c) = d_new_states, states
        i, f, g, o, tanh_c = saved
        d_c = d_c + _tanh_gradient(d_h * o, tanh_c)
        d_gates = [
            _sigmoid_gradient(d_c * g, i),
            _sigmoid_gradient(d_c * c, f),
            _tanh_gradient(d_c * i, g),
            _sigmoid_gradient(d_h * tanh_c, o),
        ]
        return ops.concatenate(d_gates, axis=-1), [d_c * f]

    def get_config(self):
        return {
            **super().get_config(),
            "forget_bias": self.forget_bias,
            "longest": self.longest,
        }


def _tanh_gradient(d_y, y):
    """Return d_x of y = tanh(x)."""
    return d_y * (1 - y * y)


def _sigmoid_gradient(d_y, y):
    """Return d_x of y = sigmoid(x)."""
    return d_y * (y * (1 - y))


# A new cell also goes into the choices of `tasks.config.RecurrentConfig`.
CELLS = {"elman": ElmanCell, "lstm": LSTMCell}


def build_cell(name: str, units: int, **options) -> ElmanCell | LSTMCell:
    """Return a new cell by its short name, "elman" or "lstm".

    Args:
        name: the short name.
        units: length of the hidden state.
        **options: of that cell, such as ``longest`` of the LSTM.

    Raises:
        ValueError: the name is not known.
    """
    if name not in CELLS:
        raise ValueError(
            f"The cell {name!r} is not known; expected one of {', '.join(CELLS)}."
        )
    return CELLS[name](units, **options)
