"""What the tests of cached rows share: pictures, and an encoder that counts."""

import shutil

import pytest


@pytest.fixture(scope="session")
def counting():
    """Return a class: an encoder of eight numbers a picture that counts its calls."""
    import tensorflow as tf

    from data_prep.pipeline.features import Features

    class Counting:
        def __init__(self, factor=1.0, fingerprint="one"):
            self.calls = 0
            self._factor = factor
            self.features = Features(
                "counting",
                fingerprint,
                lambda: self._compute,
                image_size=8,
                dtype="float16",
            )

        def _compute(self, pixels):
            def count(values):
                self.calls += 1
                return values

            pixels = tf.numpy_function(count, [pixels], tf.float32)
            pixels = tf.ensure_shape(pixels, (None, 8, 8, 3))
            return tf.reduce_mean(pixels, axis=(1, 3)) * self._factor  # of each column

    return Counting


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A prepared harbour of 40 training scenes."""
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("prepared") / "data"
    prepare("harbour", None, out, count=40, seed=1)
    return out


@pytest.fixture
def data(prepared, tmp_path):
    """A copy of the prepared pictures, without any features."""
    return shutil.copytree(prepared, tmp_path / "data")
