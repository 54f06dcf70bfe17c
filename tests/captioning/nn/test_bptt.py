"""Back-propagation through time, written out, against automatic differentiation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.nn.rnn import Recurrence

INPUT_DIM, UNITS, BATCH, TIME = 3, 4, 2, 5
MASK = [[1, 1, 1, 0, 0], [0, 0, 1, 0, 1]]

CELLS = pytest.mark.parametrize(
    "build",
    [
        lambda **options: ElmanCell(UNITS, **options),
        lambda **options: ElmanCell(UNITS, activation="linear", **options),
        lambda **options: LSTMCell(UNITS, **options),
    ],
    ids=["elman", "linear", "lstm"],
)


class Scan(Recurrence):
    """The reference: the plain loop over `cell.step`."""

    def run(self, sequences, states, mask=None):
        return self.scan(sequences, states, mask)


def normal(*shape, seed=3):
    return tf.constant(np.random.default_rng(seed).normal(size=shape))


def built(cell):
    cell.build((None, INPUT_DIM))
    cell.set_weights([normal(*w.shape, seed=k) for k, w in enumerate(cell.weights)])
    return cell


def values_and_gradients(layer, inputs, states, mask, through):
    """Return outputs, final states and every gradient of a loss on some of them."""
    weights = [weight.value for weight in layer.cell.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch([inputs, states])
        outputs, final = layer(inputs, initial_state=states, mask=mask)
        parts = {"outputs": [outputs], "states": final, "all": [outputs, *final]}
        loss = tf.add_n(
            [
                tf.reduce_sum(part * normal(BATCH, *part.shape[1:], seed=k))
                for k, part in enumerate(parts[through])
            ]
        )
    return outputs, *final, *tape.gradient(loss, [inputs, *states, *weights])


@CELLS
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("through", ["outputs", "states", "all"])
@pytest.mark.parametrize("in_graph", [False, True])
def test_all_values_and_gradients_equal_those_of_the_plain_loop(
    build, masked, through, in_graph
):
    cell = built(build(dtype="float64"))
    inputs = normal(BATCH, TIME, INPUT_DIM)
    states = [normal(BATCH, UNITS, seed=k) for k in range(cell.num_states)]
    mask = tf.constant(MASK) > 0 if masked else None
    found, expected = (
        (tf.function(values_and_gradients) if in_graph else values_and_gradients)(
            kind(cell, dtype="float64"), inputs, states, mask, through
        )
        for kind in (Recurrence, Scan)
    )
    # Of what the loss does not depend on, the tape returns None and ours zeros.
    for one, other in zip(found, expected, strict=True):
        other = tf.zeros_like(one) if other is None else other
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@CELLS
@pytest.mark.parametrize("length", [1, 4])
def test_one_graph_takes_any_batch_and_length(build, length):
    cell = built(build(dtype="float64"))
    layer, plain = (kind(cell, dtype="float64") for kind in (Recurrence, Scan))

    @tf.function(input_signature=[tf.TensorSpec((None, None, INPUT_DIM), tf.float64)])
    def gradient(inputs):
        with tf.GradientTape() as tape:
            outputs, states = layer(inputs)
            loss = tf.reduce_sum(outputs**2) + tf.reduce_sum(states[-1])
        assert outputs.shape.as_list() == [None, None, UNITS]
        return outputs, tape.gradient(loss, cell.recurrent_kernel.value)

    for batch in (1, 3):
        inputs = normal(batch, length, INPUT_DIM)
        outputs, d_kernel = gradient(inputs)
        np.testing.assert_allclose(outputs, plain(inputs)[0], rtol=1e-9)
        assert np.any(d_kernel) == (length > 1)  # the first step reads zeros


@CELLS
def test_a_sequence_of_length_zero_leaves_the_states_unchanged(build):
    layer = Recurrence(built(build(dtype="float64")), dtype="float64")
    states = [normal(BATCH, UNITS) for _ in range(layer.cell.num_states)]
    outputs, final = layer(tf.zeros((BATCH, 0, INPUT_DIM), "float64"), states)
    assert outputs.shape == (BATCH, 0, UNITS)
    for state, same in zip(final, states, strict=True):
        np.testing.assert_array_equal(state, same)


@CELLS
def test_gradients_of_two_layers_over_one_cell_add_up(build):
    cell = built(build(dtype="float64"))
    inputs = normal(BATCH, TIME, INPUT_DIM)
    gradients = []
    for kind in (Recurrence, Scan):
        one, other = (kind(cell, dtype="float64") for _ in range(2))
        with tf.GradientTape() as tape:
            outputs, states = one(inputs)
            again, _ = other(inputs[:, ::-1], initial_state=states)
            loss = tf.reduce_sum(outputs * again)
        weights = [weight.value for weight in cell.trainable_weights]
        gradients.append(tape.gradient(loss, weights))
    for found, expected in zip(*gradients, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_the_gradient_can_be_differentiated_again():
    cell = built(LSTMCell(UNITS, dtype="float64"))
    inputs = normal(BATCH, TIME, INPUT_DIM)
    second = []
    for kind in (Recurrence, Scan):
        layer = kind(cell, dtype="float64")
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                loss = tf.reduce_sum(layer(inputs)[0] ** 2)
            penalty = tf.reduce_sum(inner.gradient(loss, inputs) ** 2)
        second.append(outer.gradient(penalty, inputs))
    np.testing.assert_allclose(*second, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_gradients_in_other_dtypes(dtype):
    layer = Recurrence(LSTMCell(UNITS, dtype=dtype), dtype=dtype)
    inputs = tf.cast(normal(BATCH, TIME, INPUT_DIM), layer.compute_dtype)
    with tf.GradientTape() as tape:
        outputs, _ = layer(inputs, mask=tf.constant(MASK) > 0)
        loss = tf.reduce_sum(tf.cast(outputs, "float32") ** 2)
    assert outputs.dtype == layer.compute_dtype
    weights = [weight.value for weight in layer.trainable_weights]
    for gradient in tape.gradient(loss, weights):
        assert gradient.dtype == layer.variable_dtype
        assert np.any(np.asarray(tf.cast(gradient, "float32")))


def test_a_functional_model_has_static_shapes_and_is_trained_by_fit(seeded):
    inputs = keras.Input((None, INPUT_DIM))
    outputs, states = Recurrence(LSTMCell(UNITS))(inputs)
    assert outputs.shape == (None, None, UNITS)
    assert [state.shape for state in states] == [(None, UNITS)] * 2
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    x = np.float32(normal(8, TIME, INPUT_DIM))
    y = np.zeros((8, TIME, UNITS), np.float32)
    losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    # XLA compiles it, where it is asked to and nothing is masked.
    with_xla = tf.function(model, jit_compile=True)(x)
    np.testing.assert_allclose(with_xla, model(x), rtol=1e-5, atol=1e-6)


def test_a_masked_functional_model_is_trained_by_fit(seeded):
    words = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(5, INPUT_DIM, mask_zero=True)(words)
    _, (last, _) = Recurrence(LSTMCell(UNITS))(embedded)
    model = keras.Model(words, last)
    model.compile("adam", "mse")
    x = np.array([[1, 2, 0, 0], [3, 4, 1, 2]])
    losses = model.fit(x, np.ones((2, UNITS)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(
        model.predict(x[:1], verbose=0), model.predict(x[:1, :2], verbose=0), rtol=1e-5
    )


@CELLS
def test_an_exported_model_takes_any_batch_and_length(build, tmp_path):
    inputs = keras.Input((None, INPUT_DIM))
    outputs, _ = Recurrence(built(build()))(inputs)
    model = keras.Model(inputs, outputs)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    for batch, time in [(1, 1), (3, 6)]:
        x = tf.cast(normal(batch, time, INPUT_DIM), "float32")
        np.testing.assert_allclose(served.serve(x), model(x), rtol=1e-5, atol=1e-6)


def test_a_cell_without_activate_gradient_runs_by_the_plain_loop(monkeypatch):
    cell = built(LSTMCell(UNITS, dtype="float64"))
    inputs = normal(BATCH, TIME, INPUT_DIM)
    expected, _ = Recurrence(cell, dtype="float64")(inputs)
    monkeypatch.delattr(LSTMCell, "activate_gradient")
    outputs, _ = Recurrence(cell, dtype="float64")(inputs)
    np.testing.assert_allclose(outputs, expected, rtol=1e-12)
