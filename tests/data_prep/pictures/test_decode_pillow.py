"""Pixels by Pillow are those of TensorFlow."""

import numpy as np
import tensorflow as tf

from data_prep.pictures.decode import load_pictures
from data_prep.pictures.decode_pillow import squeezed, upright
from data_prep.pictures.reader import PictureReader


def test_pixels_are_those_of_the_graph(awkward_photos, tmp_path):
    pictures = []
    with PictureReader() as reader:
        for name, data in awkward_photos.items():
            (tmp_path / name).write_bytes(data)
            pictures.append(reader.read(tmp_path / name))
    expected = load_pictures(tf.constant(pictures), 64).numpy()
    found = np.stack([squeezed(upright(picture, 128), 64) for picture in pictures])
    assert found.dtype == np.float32
    # CMYK may be a level away: another conversion to red, green and blue.
    is_cmyk = np.array(["CMYK" in name for name in awkward_photos])
    np.testing.assert_allclose(found[~is_cmyk], expected[~is_cmyk], atol=0.01)
    np.testing.assert_allclose(found[is_cmyk], expected[is_cmyk], atol=1.01)
    assert 0 < is_cmyk.sum() < 5
