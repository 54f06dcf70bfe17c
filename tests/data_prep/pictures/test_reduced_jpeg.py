"""A large JPEG is decoded at a fraction of its size, to the same pixels by both."""

import numpy as np
import pytest
import tensorflow as tf

from data_prep.pictures.decode import decode_picture, load_picture, resize_to_square
from data_prep.pictures.decode_pillow import upright


@pytest.mark.parametrize(
    "least_side, width, height",
    [(27, 75, 53), (26, 38, 27), (13, 19, 14), (6, 10, 7), (1, 10, 7), (99, 75, 53)],
)
@pytest.mark.parametrize(
    "mode, options", [("RGB", {}), ("RGB", {"progressive": True}), ("L", {})]
)
def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(
    mode, options, least_side, width, height, make_picture, encode_picture
):
    picture = make_picture(75, 53).convert(mode)
    data = encode_picture(picture, "JPEG", **options)
    found = decode_picture(tf.constant(data), least_side).numpy()
    assert found.shape == (height, width, 3)
    np.testing.assert_array_equal(found, np.asarray(upright(data, least_side)))


def test_what_an_encoder_sees_of_it_is_nearly_the_same(make_picture, encode_picture):
    data = encode_picture(make_picture(1100, 700), "JPEG", quality=90)
    whole = decode_picture(tf.constant(data))
    pixels = load_picture(tf.constant(data), 64)  # by a quarter of the sides
    far = np.abs(pixels - resize_to_square(whole, 64))
    assert 0 < far.mean() < 0.5 and far.max() < 8
