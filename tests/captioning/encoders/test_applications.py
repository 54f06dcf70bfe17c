"""keras.applications: right constructor, right preprocessing, clear refusals.

ImageNet's weights need a network, so nothing here is pretrained.
"""

import functools
import inspect

import keras
import numpy as np
import pytest

from captioning.encoders import applications


def replace(monkeypatch, name: str, body):
    """Replace a constructor of keras.applications, with the same module."""
    constructor = functools.wraps(getattr(keras.applications, name))(
        lambda **options: body(**options)
    )
    monkeypatch.setattr(keras.applications, name, constructor)


def test_names_are_constructors():
    names = applications.names()
    assert {"MobileNetV3Small", "EfficientNetV2B0", "ResNet50", "VGG16"} <= set(names)
    assert all(inspect.isfunction(getattr(keras.applications, name)) for name in names)


@pytest.mark.parametrize(
    "name, module",
    [
        ("ResNet50", keras.applications.resnet),  # blue first, minus the mean
        ("DenseNet121", keras.applications.densenet),  # per channel: mean, deviation
        ("MobileNetV2", keras.applications.mobilenet_v2),  # -1..1
        ("EfficientNetV2B0", keras.applications.efficientnet_v2),  # inside already
    ],
)
def test_pixels_are_preprocessed_for_the_network(monkeypatch, tmp_path, name, module):
    """With a network that returns its input."""

    def identity(input_shape, include_top, weights):
        assert not include_top and weights is None
        inputs = keras.Input(input_shape)
        return keras.Model(inputs, keras.layers.Identity()(inputs))

    replace(monkeypatch, name, identity)
    encoder = applications.build_encoder(name, 4, pretrained=False)
    pixels = np.random.default_rng(1).uniform(0, 255, (2, 4, 4, 3)).astype("float32")
    # Given a copy: for NumPy arrays Keras computes in place.
    expected = module.preprocess_input(pixels.copy()).reshape(2, 16, 3)
    np.testing.assert_allclose(encoder(pixels), expected, rtol=1e-6, atol=1e-5)
    encoder.save(tmp_path / "encoder.keras")
    loaded = keras.saving.load_model(tmp_path / "encoder.keras")
    np.testing.assert_array_equal(loaded(pixels), encoder(pixels))


def test_a_real_network_has_its_preprocessing(seeded):
    encoder = applications.build_encoder("VGG16", 64, pretrained=False)
    backbone = encoder.get_layer("vgg16")
    pixels = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype("float32")
    regions = encoder(pixels, training=False)
    feature_map = backbone(keras.applications.vgg16.preprocess_input(pixels.copy()))
    assert regions.shape == (2, 4, 512)
    assert np.std(regions) > 1e-3
    np.testing.assert_allclose(
        regions, np.reshape(feature_map, (2, 4, 512)), rtol=1e-4, atol=1e-5
    )


def test_a_failed_download_says_what_to_do(monkeypatch):
    def offline(**options):
        assert options["weights"] == "imagenet"
        raise Exception("URL fetch failure on https://there: None -- no route")

    replace(monkeypatch, "ResNet50", offline)
    with pytest.raises(ValueError, match=r"ResNet50 .* no route.*efficientnet_lite2"):
        applications.build_encoder("ResNet50")


def test_a_size_that_keras_refuses_is_a_value_error():
    with pytest.raises(ValueError, match="InceptionV3 for 64 x 64 pixels.*75"):
        applications.build_encoder("InceptionV3", 64, pretrained=False)
