"""The tagger: a single step of the cell from zero states."""

import keras
import numpy as np
import pytest

from captioning.models.tagger import Tagger
from captioning.nn.cells import build_cell

REGIONS, REGION_DIM, TAGS, EMBEDDING, UNITS = 6, 5, 7, 8, 9


def build(cell, encoder=None, **options):
    tagger = Tagger(encoder, TAGS, EMBEDDING, cell, **options)
    tagger.build((None, REGIONS, REGION_DIM))
    tagger.built = True
    return tagger


def some_regions(rows=4):
    return np.random.default_rng(3).normal(size=(rows, REGIONS, REGION_DIM)) * 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def first_step(cell, x):
    """One step by hand, h_0 = c_0 = 0, so that recurrent weights have no influence."""
    z = x @ np.array(cell.kernel) + np.array(cell.bias)
    if cell.num_states == 1:
        return np.tanh(z)
    i, _, g, o = np.split(z, 4, axis=-1)  # c = i g, since c_0 = 0
    return sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(g))


def normalized(values):
    """Layer normalization without weights, with the epsilon of Keras."""
    mean, variance = values.mean(-1, keepdims=True), values.var(-1, keepdims=True)
    return (values - mean) / np.sqrt(variance + 1e-3)


@pytest.mark.parametrize("name", ["elman", "lstm"])
def test_equal_to_one_step_by_hand(seeded, name):
    tagger = build(build_cell(name, UNITS))
    # No weight is zero, so that the test notices each.
    random = np.random.default_rng(5)
    tagger.set_weights([random.normal(size=w.shape) for w in tagger.get_weights()])
    regions = normalized(some_regions())
    pooled = np.concatenate(
        [normalized(regions.mean(axis=1)), normalized(regions.max(axis=1))], axis=-1
    )
    x = 0.2 * pooled @ np.array(tagger.projection.kernel) + np.array(
        tagger.projection.bias
    )
    h = first_step(tagger.cell, x)
    expected = h @ np.array(tagger.readout.kernel) + np.array(tagger.readout.bias)
    np.testing.assert_allclose(tagger(some_regions()), expected, rtol=1e-3, atol=1e-4)


def test_the_scale_and_order_of_the_regions_do_not_matter(seeded):
    tagger = build(build_cell("lstm", UNITS))
    regions = some_regions() * 10
    expected = tagger(regions)
    np.testing.assert_allclose(tagger(regions * 7), expected, atol=1e-3)
    np.testing.assert_allclose(tagger(regions[:, ::-1]), expected, atol=1e-5)


@pytest.mark.parametrize("which", ["dropout", "state_dropout"])
def test_dropout_in_training_only(seeded, which):
    tagger = build(build_cell("lstm", UNITS), **{which: 0.5})
    regions = some_regions()
    np.testing.assert_array_equal(tagger(regions), tagger(regions))
    assert not np.allclose(tagger(regions), tagger(regions, training=True))


def test_pixels_are_encoded_first(seeded):
    encoder = keras.Sequential(
        [
            keras.layers.Input((8, 8, 3)),
            keras.layers.Conv2D(REGION_DIM, 4, strides=4),
            keras.layers.Reshape((4, REGION_DIM)),
        ]
    )
    cell = build_cell("elman", UNITS)
    tagger = build(cell, encoder)
    pixels = np.random.default_rng(1).uniform(0, 255, (2, 8, 8, 3)).astype("float32")
    over_regions = build(cell)
    over_regions.projection.set_weights(tagger.projection.get_weights())
    over_regions.readout.set_weights(tagger.readout.get_weights())
    np.testing.assert_allclose(
        tagger(pixels), over_regions(encoder(pixels)), rtol=1e-5, atol=1e-5
    )


def test_the_cell_is_shared_not_copied(seeded):
    cell = build_cell("lstm", UNITS)
    first = build(cell)
    kernel = np.array(cell.kernel)
    second = build(cell)
    assert first.cell is second.cell is cell
    np.testing.assert_array_equal(cell.kernel, kernel)  # not built a second time
    assert any(weight is cell.kernel for weight in second.trainable_variables)


@pytest.mark.parametrize("name", ["elman", "lstm"])
def test_config_round_trip(seeded, name):
    tagger = build(build_cell(name, UNITS), dropout=0.3, state_dropout=0.2)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(tagger)
    )
    again.build((None, REGIONS, REGION_DIM))
    again.set_weights(tagger.get_weights())
    np.testing.assert_array_equal(tagger(some_regions()), again(some_regions()))
    assert again.get_config() == tagger.get_config()
