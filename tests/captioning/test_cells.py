"""The cells: their equations against NumPy, and against Keras' own cells."""

import keras
import numpy as np
import pytest

from captioning.cells import ElmanCell, LSTMCell, build_cell

INPUT_DIM, UNITS, BATCH, TIME = 3, 4, 2, 5


@pytest.fixture
def random():
    return np.random.default_rng(1)


def built(cell, random):
    """Build a cell and give every one of its weights, so every gate, other numbers."""
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
def test_one_step_is_the_equation(cell_class, by_hand, random):
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
def test_an_empty_past_is_zeros(cell_class):
    cell = cell_class(UNITS)
    states = cell.get_initial_state(BATCH)
    assert len(states) == cell.num_states
    assert all(state.shape == (BATCH, UNITS) for state in states)
    assert not np.any(states)
    assert cell.output_size == UNITS


@pytest.mark.parametrize("cell", [ElmanCell(UNITS), LSTMCell(UNITS, forget_bias=2.0)])
def test_a_model_over_the_cell_survives_saving(cell, tmp_path, random):
    inputs = keras.Input((None, INPUT_DIM))
    model = keras.Model(inputs, keras.layers.RNN(cell)(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x = random.normal(size=(BATCH, TIME, INPUT_DIM))
    np.testing.assert_array_equal(model(x), loaded(x))
    assert loaded.layers[-1].cell.get_config() == cell.get_config()


def test_names_and_errors():
    assert isinstance(build_cell("elman", 3), ElmanCell)
    assert isinstance(build_cell("lstm", 3), LSTMCell)
    with pytest.raises(ValueError, match="'gru'.*expected one of elman, lstm"):
        build_cell("gru", 3)
    with pytest.raises(ValueError, match="positive integer"):
        LSTMCell(0)
