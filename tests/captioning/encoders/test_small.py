"""The small encoder: gradients of all weights, and regions with positions."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.encoders import small


@pytest.fixture
def encoder(seeded):
    return small.build_encoder()


def grey() -> np.ndarray:
    return np.full((1, 128, 128, 3), 127.5, "float32")


def test_coordinates_range_from_minus_one_to_one():
    out = small.Coordinates()(np.zeros((2, 3, 5, 7), "float32")).numpy()
    assert out.shape == (2, 3, 5, 9)
    for row, column in np.ndindex(3, 5):
        np.testing.assert_allclose(
            out[:, row, column, 7:], [[column / 2 - 1, row - 1]] * 2
        )


def test_every_weight_has_a_gradient(encoder):
    pixels = tf.random.uniform((4, 128, 128, 3), 0, 255, seed=1)
    with tf.GradientTape() as tape:
        # Squares: the plain sum of normalised channels has no gradient by design.
        loss = tf.reduce_sum(encoder(pixels, training=True) ** 2)
    gradients = tape.gradient(loss, encoder.trainable_variables)
    for variable, gradient in zip(encoder.trainable_variables, gradients, strict=True):
        assert tf.reduce_max(tf.abs(gradient)) > 0, variable.path


def test_equal_pixels_at_different_positions_give_different_regions(encoder):
    """Without coordinates the inner regions of an even picture would all be equal."""
    # A region sees 47 pixels: three regions from the edge no padding comes in.
    inner = encoder(grey()).numpy().reshape(16, 16, 128)[3:13, 3:13].reshape(100, 128)
    distances = np.linalg.norm(inner[:, None] - inner[None], axis=-1)
    assert (distances[~np.eye(100, dtype=bool)] > 1e-3).all()


@pytest.mark.parametrize("row, column", [(1, 4), (5, 1), (14, 6)])
def test_an_object_changes_the_regions_near_it_only(encoder, row, column):
    pixels = grey()
    top, left = 8 * row, 8 * column  # a gull: eight pixels, all of the region's own
    pixels[:, top : top + 8, left : left + 8] = 255
    change = np.abs(encoder(pixels) - encoder(grey())).sum(-1).reshape(16, 16)
    assert change[row, column] > 0
    far = np.ones((16, 16), bool)
    far[max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4] = False
    np.testing.assert_array_equal(change[far], 0)


def test_the_number_of_regions_depends_on_the_size():
    assert small.build_encoder("small", 64).output_shape == (None, 64, 128)
    assert small.build_encoder("small", 100).output_shape == (None, 169, 128)
