"""`RNN` against `keras.layers.RNN`, and our cells by the cell contract of Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.nn.recurrent_cell import RecurrentCell
from captioning.nn.rnn import RNN

INPUT_DIM, UNITS, BATCH, TIME = 3, 4, 3, 5
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]], bool)


@keras.saving.register_keras_serializable("test_keras_rnn")
class PlainCell(RecurrentCell):
    """A cell of a user: without a derivative of its own."""

    num_gates = num_states = 1

    def activate(self, gates, states):
        return [tf.sin(gates)], ()


def normal(*shape, seed=3, dtype="float64"):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), dtype)


def values_and_gradients(layer, mask, initial_state):
    inputs = normal(BATCH, TIME, INPUT_DIM)
    sources = [inputs, *(initial_state or [])]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        found = layer(inputs, mask=mask, initial_state=initial_state)
        found = tf.nest.flatten(found)
        loss = tf.add_n(
            [tf.reduce_sum(x * normal(*x.shape, seed=k)) for k, x in enumerate(found)]
        )
    sources += [weight.value for weight in layer.trainable_weights]
    return found + tape.gradient(loss, sources, unconnected_gradients="zero")


@pytest.mark.parametrize("cell_class", [ElmanCell, LSTMCell, PlainCell])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_sequences": True},
        {"return_state": True},
        {"return_sequences": True, "return_state": True, "zero_output_for_mask": True},
        {"return_sequences": True, "unroll": True},
    ],
)
def test_outputs_and_gradients_equal_those_of_keras(
    cell_class, masked, started, go_backwards, options, seeded
):
    cell = cell_class(UNITS, dtype="float64")
    state = [normal(BATCH, UNITS, seed=k) for k in range(cell.num_states)]
    found, expected = (
        values_and_gradients(
            kind(cell, go_backwards=go_backwards, dtype="float64", **options),
            tf.constant(MASK) if masked else None,
            state if started else None,
        )
        for kind in (RNN, keras.layers.RNN)
    )
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", [RNN, keras.layers.RNN])
@pytest.mark.parametrize("cell_class", [ElmanCell, LSTMCell])
class TestWithEitherLayer:
    """Our cells do what Keras' own do, in our layer and in that of Keras."""

    def test_stateful(self, kind, cell_class):
        layer = kind(cell_class(UNITS, dtype="float64"), stateful=True, dtype="float64")
        inputs = normal(BATCH, TIME, INPUT_DIM)
        layer(inputs[:, :2])
        last = layer(inputs[:, 2:])
        layer.reset_state()
        np.testing.assert_allclose(layer(inputs), last, rtol=1e-12)

    def test_bidirectional(self, kind, cell_class):
        both = keras.layers.Bidirectional(
            kind(cell_class(UNITS), return_sequences=True, return_state=True)
        )
        inputs = normal(BATCH, TIME, INPUT_DIM, dtype="float32")
        outputs, *states = both(inputs, mask=tf.constant(MASK))
        assert outputs.shape == (BATCH, TIME, 2 * UNITS)
        assert len(states) == 2 * both.forward_layer.cell.num_states
        behind = both.backward_layer(inputs, mask=tf.constant(MASK))[0]
        np.testing.assert_allclose(outputs[..., UNITS:], behind[:, ::-1], rtol=1e-6)

    def test_stacked(self, kind, cell_class):
        stack = keras.layers.StackedRNNCells([cell_class(UNITS), cell_class(UNITS + 1)])
        layer = kind(stack, return_state=True)
        output, *states = layer(normal(BATCH, TIME, INPUT_DIM, dtype="float32"))
        assert output.shape == (BATCH, UNITS + 1) and len(states) == 2

    @pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
    @pytest.mark.parametrize("of_layer", [True, False])
    def test_mixed_precision(self, kind, cell_class, policy, of_layer):
        cell = cell_class(UNITS, dtype=policy)
        layer = kind(cell, dtype=policy if of_layer else "float32")
        inputs = normal(BATCH, TIME, INPUT_DIM, dtype="float32")
        output = layer(inputs, mask=tf.constant(MASK))
        assert output.dtype == layer.compute_dtype
        assert {w.dtype for w in cell.weights} == {"float32"}
        exact = kind(cell_class.from_config(cell.get_config() | {"dtype": "float32"}))
        exact.build(inputs.shape)
        exact.set_weights(layer.get_weights())
        np.testing.assert_allclose(
            tf.cast(output, "float32"), exact(inputs, mask=tf.constant(MASK)), atol=0.05
        )

    def test_trained_saved_and_loaded(self, kind, cell_class, tmp_path, seeded):
        words = keras.Input((None,), dtype="int32")
        embedded = keras.layers.Embedding(7, INPUT_DIM, mask_zero=True)(words)
        outputs = kind(cell_class(np.int64(UNITS)), return_sequences=True)(embedded)
        outputs = keras.layers.Bidirectional(kind(cell_class(UNITS)))(outputs)
        model = keras.Model(words, outputs)
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)  # or its step is traced twice
        x = np.array([[1, 2, 3, 0], [4, 5, 0, 0]])
        losses = model.fit(x, np.ones((2, 2 * UNITS)), epochs=3, verbose=0).history
        assert losses["loss"][-1] < losses["loss"][0]
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        cells = [m.layers[2].cell.get_config() for m in (loaded, model)]
        assert cells[0] == cells[1]
        np.testing.assert_array_equal(model.predict(x), loaded.predict(x))


def test_an_unbuilt_cell_is_built_by_its_first_call():
    cell = LSTMCell(np.int64(UNITS))
    cell(tf.zeros((BATCH, INPUT_DIM)), cell.get_initial_state(BATCH))
    assert cell.kernel.shape == (INPUT_DIM, 4 * UNITS)
    assert type(cell.get_config()["units"]) is int


def test_cells_of_keras_run_in_our_layer(seeded):
    cell = keras.layers.GRUCell(UNITS, dropout=0.5)
    inputs = normal(BATCH, TIME, INPUT_DIM, dtype="float32")
    np.testing.assert_array_equal(RNN(cell)(inputs), keras.layers.RNN(cell)(inputs))
    assert np.any(RNN(cell)(inputs, training=True) != RNN(cell)(inputs))


def test_a_recurrence_saved_by_an_earlier_version_is_loaded():
    config = {"name": "recurrence", "cell": keras.saving.serialize_keras_object}
    config["cell"] = config["cell"](LSTMCell(UNITS))
    layer = keras.saving.deserialize_keras_object(
        {
            "module": "captioning.recurrence",  # where it was
            "class_name": "Recurrence",
            "config": config,
            "registered_name": "captioning>Recurrence",
        }
    )
    outputs, states = layer(tf.zeros((BATCH, TIME, INPUT_DIM)))
    assert outputs.shape == (BATCH, TIME, UNITS) and len(states) == 2
