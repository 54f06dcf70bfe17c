"""The recurrent layer: equal to a loop over its cell, with and without masks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.nn.rnn import Recurrence

INPUT_DIM, UNITS, BATCH, TIME = 3, 4, 2, 5

CELLS = pytest.mark.parametrize("cell_class", [ElmanCell, LSTMCell])


@pytest.fixture
def inputs():
    values = np.random.default_rng(2).normal(size=(BATCH, TIME, INPUT_DIM))
    return tf.constant(values, tf.float64)


@pytest.fixture
def mask():
    return tf.constant([[1, 1, 1, 0, 0], [1, 0, 1, 1, 1]]) > 0


def recurrence(cell_class):
    return Recurrence(cell_class(UNITS, dtype="float64"), dtype="float64")


@CELLS
def test_equal_to_a_loop_over_the_cell(cell_class, inputs, seeded):
    layer = recurrence(cell_class)
    outputs, states = layer(inputs)
    expected_states = layer.cell.get_initial_state(BATCH)
    for t in range(TIME):
        expected, expected_states = layer.cell(inputs[:, t], expected_states)
        np.testing.assert_allclose(outputs[:, t], expected, rtol=1e-12)
    for state, expected in zip(states, expected_states, strict=True):
        np.testing.assert_allclose(state, expected, rtol=1e-12)


@CELLS
def test_equal_to_keras_rnn_over_the_same_cell(cell_class, inputs, seeded):
    layer = recurrence(cell_class)
    outputs, states = layer(inputs)
    rnn = keras.layers.RNN(
        layer.cell, return_sequences=True, return_state=True, dtype="float64"
    )
    expected, *expected_states = rnn(inputs)
    np.testing.assert_allclose(outputs, expected, rtol=1e-12)
    for state, expected in zip(states, expected_states, strict=True):
        np.testing.assert_allclose(state, expected, rtol=1e-12)


@CELLS
def test_masked_steps_do_not_change_the_state(cell_class, inputs, mask, seeded):
    layer = recurrence(cell_class)
    outputs, states = layer(inputs, mask=mask)
    for row in range(BATCH):
        real = mask[row].numpy()
        alone, alone_states = layer(tf.boolean_mask(inputs[row], real)[None])
        np.testing.assert_allclose(outputs[row][real], alone[0], rtol=1e-12)
        assert not np.any(outputs[row][~real])
        for state, expected in zip(states, alone_states, strict=True):
            np.testing.assert_allclose(state[row], expected[0], rtol=1e-12)


@CELLS
def test_masked_steps_receive_no_gradient(cell_class, inputs, mask, seeded):
    layer = recurrence(cell_class)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs, states = layer(inputs, mask=mask)
        total = tf.reduce_sum(outputs**2) + tf.reduce_sum(states[0])
    gradient = np.abs(tape.gradient(total, inputs)).sum(axis=-1)
    assert np.all(gradient[~mask.numpy()] == 0)
    assert np.all(gradient[mask.numpy()] > 0)


@CELLS
def test_it_starts_from_a_given_state(cell_class, inputs, seeded):
    layer = recurrence(cell_class)
    whole, end = layer(inputs)
    first, middle = layer(inputs[:, :2])
    rest, also_end = layer(inputs[:, 2:], initial_state=middle)
    np.testing.assert_allclose(tf.concat([first, rest], axis=1), whole, rtol=1e-12)
    np.testing.assert_allclose(also_end[0], end[0], rtol=1e-12)


def test_the_cell_is_shared_not_copied(inputs):
    cell = LSTMCell(UNITS, dtype="float64")
    one, other = (Recurrence(cell, dtype="float64") for _ in range(2))
    np.testing.assert_array_equal(one(inputs)[0], other(inputs)[0])
    assert one.cell is other.cell
    assert len(one.trainable_weights) == len(cell.trainable_weights) == 3


@CELLS
def test_config_round_trip(cell_class, inputs):
    layer = recurrence(cell_class)
    outputs, _ = layer(inputs)
    again = Recurrence.from_config(layer.get_config())
    again(inputs)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(inputs)[0], outputs)


def test_a_layer_that_is_not_a_cell_is_refused():
    with pytest.raises(ValueError, match="expected a cell such as"):
        Recurrence(keras.layers.Dense(3))
