"""The cells: their equations against NumPy, and against Keras' own cells."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.cells import ElmanCell, LSTMCell, build_cell

INPUT_DIM, UNITS, BATCH, TIME = 3, 4, 2, 5


@pytest.fixture
def random():
    return np.random.default_rng(1)


def built(cell, random):
    """Build a cell and give all weights distinct values, so that gates differ."""
    cell.build((None, INPUT_DIM))
    cell.set_weights([random.normal(size=w.shape) for w in cell.weights])
    return cell


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elman_by_hand(cell, x, h):
    W_xh, W_hh, b_h = cell.get_weights()
    h = np.tanh(h @ W_hh + x @ W_xh + b_h)
    return h, [h]


def lstm_by_hand(cell, x, h, c):
    W_x, W_h, b = (np.split(w, 4, axis=-1) for w in cell.get_weights())
    i, f, g, o = (x @ W_x[k] + h @ W_h[k] + b[k] for k in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, [h, c]


@pytest.mark.parametrize(
    ("cell_class", "by_hand"), [(ElmanCell, elman_by_hand), (LSTMCell, lstm_by_hand)]
)
def test_one_step_equals_the_equation(cell_class, by_hand, random):
    cell = built(cell_class(UNITS, dtype="float64"), random)
    x = random.normal(size=(BATCH, INPUT_DIM))
    states = [random.normal(size=(BATCH, UNITS)) for _ in range(cell.num_states)]
    expected_output, expected_states = by_hand(cell, x, *states)
    output, new_states = cell(x, states)
    np.testing.assert_allclose(output, expected_output, rtol=1e-12)
    assert len(new_states) == cell.num_states
    for new, expected in zip(new_states, expected_states, strict=True):
        np.testing.assert_allclose(new, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(ElmanCell, keras.layers.SimpleRNNCell), (LSTMCell, keras.layers.LSTMCell)],
)
def test_equal_to_keras_with_the_same_weights(ours, theirs, random):
    ours = built(ours(UNITS, dtype="float64"), random)
    theirs = theirs(UNITS, dtype="float64")
    theirs.build((None, INPUT_DIM))
    theirs.set_weights(ours.get_weights())
    inputs = random.normal(size=(BATCH, TIME, INPUT_DIM))
    run = {"return_sequences": True, "dtype": "float64"}
    np.testing.assert_allclose(
        keras.layers.RNN(ours, **run)(inputs),
        keras.layers.RNN(theirs, **run)(inputs),
        rtol=1e-10,
    )


def test_forget_bias_reaches_the_forget_gate_only():
    cell = LSTMCell(2, forget_bias=3.0)
    cell.build((None, INPUT_DIM))
    np.testing.assert_array_equal(cell.bias, [0, 0, 3, 3, 0, 0, 0, 0])
    default = LSTMCell(2)
    default.build((None, INPUT_DIM))
    np.testing.assert_array_equal(default.bias, [0, 0, 1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize("cell_class", [ElmanCell, LSTMCell])
def test_the_initial_states_are_zeros(cell_class):
    cell = cell_class(UNITS)
    states = cell.get_initial_state(BATCH)
    assert len(states) == cell.num_states
    assert all(state.shape == (BATCH, UNITS) for state in states)
    assert not np.any(states)
    assert cell.output_size == UNITS


@pytest.mark.parametrize(
    "cell",
    [
        ElmanCell(UNITS),
        ElmanCell(UNITS, activation="linear"),
        LSTMCell(UNITS, forget_bias=2.0),
        LSTMCell(UNITS, longest=20),
    ],
)
def test_a_model_with_the_cell_is_saved_and_loaded(cell, tmp_path, random):
    inputs = keras.Input((None, INPUT_DIM))
    model = keras.Model(inputs, keras.layers.RNN(cell)(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x = random.normal(size=(BATCH, TIME, INPUT_DIM))
    np.testing.assert_array_equal(model(x), loaded(x))
    assert loaded.layers[-1].cell.get_config() == cell.get_config()


def test_chrono_initialization_draws_time_constants_up_to_the_longest():
    longest, units = 50, 500
    keras.utils.set_random_seed(7)
    cell = LSTMCell(units, longest=longest)
    cell.build((None, INPUT_DIM))
    b_i, b_f, b_g, b_o = np.split(cell.bias.numpy(), 4)
    spans = np.exp(b_f)
    # Uniform over 1 to 49: mean 25, standard deviation 48 / sqrt(12).
    assert 1 <= spans.min() < 2 and 48 < spans.max() <= 49
    assert spans.mean() == pytest.approx(25, abs=1)
    assert spans.std() == pytest.approx(48 / 12**0.5, rel=0.05)
    np.testing.assert_array_equal(b_i, -b_f)
    assert not np.any(b_g) and not np.any(b_o)
    keras.utils.set_random_seed(7)
    again = LSTMCell(units, longest=longest)
    again.build((None, INPUT_DIM))
    np.testing.assert_array_equal(again.bias, cell.bias)


@pytest.mark.parametrize("a", [0.5, 2.0])
def test_a_linear_cell_scales_the_state_by_a_power(a):
    cell = ElmanCell(1, activation="linear", dtype="float64")
    cell.build((None, 1))
    cell.set_weights([np.zeros((1, 1)), np.full((1, 1), a), np.zeros(1)])
    states = [tf.ones((1, 1), tf.float64)]
    for _ in range(3):
        output, states = cell(tf.zeros((1, 1), tf.float64), states)
    np.testing.assert_allclose(output, [[a**3]], rtol=1e-12)


@pytest.mark.parametrize(
    "cell",
    [
        ElmanCell(UNITS, dtype="float64"),
        ElmanCell(UNITS, activation="linear", dtype="float64"),
        LSTMCell(UNITS, dtype="float64"),
    ],
)
def test_the_written_out_gradient_equals_automatic_differentiation(cell, random):
    gates = tf.constant(random.normal(size=(BATCH, cell.num_gates * UNITS)))
    states, d_states = (
        [
            tf.constant(random.normal(size=(BATCH, UNITS)))
            for _ in range(cell.num_states)
        ]
        for _ in range(2)
    )
    with tf.GradientTape() as tape:
        tape.watch([gates, *states])
        new_states, to_save = cell.activate(gates, states)
    assert len(to_save) == cell.num_saved
    sources = [gates, *states[1:]]
    expected = tape.gradient(new_states, sources, output_gradients=d_states)
    d_gates, d_others = cell.activate_gradient(d_states, new_states, states, to_save)
    for found, right in zip([d_gates, *d_others], expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-12)


def test_cells_by_name_and_errors():
    assert isinstance(build_cell("elman", 3), ElmanCell)
    assert isinstance(build_cell("lstm", 3), LSTMCell)
    assert build_cell("lstm", 3, longest=9).longest == 9
    with pytest.raises(ValueError, match="'gru'.*expected one of elman, lstm"):
        build_cell("gru", 3)
    with pytest.raises(ValueError, match="positive integer"):
        LSTMCell(0)
    with pytest.raises(ValueError, match="'relu'; expected 'tanh' or 'linear'"):
        ElmanCell(3, activation="relu")
