"""What all encoders have in common: regions, sizes, fingerprints, errors."""

import keras
import numpy as np
import pytest

from captioning.encoders import (
    build_encoder,
    default_image_size,
    encoder_fingerprint,
    names,
)


@pytest.mark.parametrize(
    "name, image_size, regions, dim",
    [
        ("small", None, 256, 128),
        ("efficientnet_lite2", None, 49, 1280),
        ("MobileNetV3Small", 64, 4, 576),
    ],
)
def test_regions_before_and_after_saving(tmp_path, name, image_size, regions, dim):
    encoder = build_encoder(name, image_size, pretrained=False)
    side = image_size or default_image_size(name)
    pixels = np.random.default_rng(2).uniform(0, 255, (2, side, side, 3))
    pixels = pixels.astype("float32")
    output = encoder(pixels, training=False).numpy()
    assert output.shape == (2, regions, dim) and output.dtype == np.float32
    encoder.save(tmp_path / "encoder.keras")
    loaded = keras.saving.load_model(tmp_path / "encoder.keras")
    np.testing.assert_array_equal(loaded(pixels, training=False), output)


def test_default_sizes():
    assert default_image_size("small") == 128
    assert default_image_size("efficientnet_lite2") == 224
    assert default_image_size("ResNet50") == 224
    assert default_image_size("NASNetLarge") == 331


def test_fingerprints_differ_between_encoders_and_sizes():
    prints = [encoder_fingerprint(name, size) for name in names() for size in (96, 128)]
    assert len(set(prints)) == len(prints) == 2 * len(set(names()))
    assert encoder_fingerprint("small", 128) == encoder_fingerprint("small", 128)


def test_the_fingerprint_changes_with_the_weights_and_the_version(monkeypatch):
    from captioning.encoders import efficientnet_lite as lite

    name = "efficientnet_lite2"
    before = encoder_fingerprint(name, 224)
    other = lite.FILES[name]._replace(sha256="0" * 64)
    with monkeypatch.context() as patch:
        patch.setitem(lite.FILES, name, other)
        assert encoder_fingerprint(name, 224) != before
    monkeypatch.setattr(lite, "VERSION", lite.VERSION + 1)
    assert encoder_fingerprint(name, 224) != before


@pytest.mark.parametrize(
    "function", [build_encoder, default_image_size, lambda n: encoder_fingerprint(n, 9)]
)
def test_the_error_for_an_unknown_name_lists_the_known_ones(function):
    with pytest.raises(ValueError, match="no encoder 'vgg'.*small.*lite2.*VGG16"):
        function("vgg")


def test_too_small_a_size_is_refused():
    with pytest.raises(ValueError, match="16 pixels is too small.*32"):
        build_encoder("small", 16)
