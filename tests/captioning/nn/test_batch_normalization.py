"""Batch normalisation: the fused operation equals Keras' layer."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.batch_normalization import BatchNormalization

OPTIONS = {"momentum": 0.8, "epsilon": 1e-3}


@pytest.fixture
def pair():
    """Return Keras' layer and ours, with the same weights, all of them distinct."""
    random = np.random.default_rng(0)
    layers = keras.layers.BatchNormalization(**OPTIONS), BatchNormalization(**OPTIONS)
    weights = [random.uniform(0.5, 2.0, 3).astype("float32") for _ in range(4)]
    for layer in layers:
        layer.build((None, 4, 5, 3))
        layer.set_weights(weights)
    return layers


@pytest.fixture
def maps():
    random = np.random.default_rng(1)
    return tf.constant(random.normal(2.0, 3.0, (6, 4, 5, 3)), tf.float32)


def test_outputs_gradients_and_moving_averages_equal_those_of_keras(pair, maps):
    found = []
    for layer in pair:
        with tf.GradientTape() as tape:
            tape.watch(maps)
            outputs = layer(maps, training=True)
            # A weight for each output, or the gradient of the sum would be zero.
            weights = tf.reshape(tf.range(tf.size(maps), dtype=tf.float32), maps.shape)
            loss = tf.reduce_mean(tf.sin(outputs) * weights)
        gradients = tape.gradient(loss, [maps, layer.gamma.value, layer.beta.value])
        found.append([outputs, *gradients, *layer.get_weights()])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_inference_equals_that_of_keras(pair, maps):
    theirs, ours = (layer(maps, training=False) for layer in pair)
    np.testing.assert_array_equal(ours, theirs)


def test_a_frozen_layer_normalises_by_its_moving_averages(pair, maps):
    _, ours = pair
    ours.trainable = False
    np.testing.assert_array_equal(ours(maps, training=True), ours(maps, training=False))


def test_its_weights_have_the_paths_of_those_of_keras(tmp_path):
    """So that it reads the weights of a run that was written with Keras' layer."""
    files = []
    for number, kind in enumerate(
        (keras.layers.BatchNormalization, BatchNormalization)
    ):
        model = keras.Sequential([keras.layers.Input((4, 5, 3)), kind(name="bn0")])
        model.layers[0].set_weights([np.full(3, 1.0 + k) for k in range(4)])
        files.append(tmp_path / f"{number}.weights.h5")
        model.save_weights(files[-1])
    model.layers[0].set_weights([np.zeros(3)] * 4)
    model.load_weights(files[0])
    assert [weights[0] for weights in model.layers[0].get_weights()] == [1, 2, 3, 4]
