"""Any network of ``keras.applications`` as an encoder, by its constructor's name.

Keras downloads the ImageNet weights once, into its own cache folder. Each network's
``preprocess_input`` becomes a part of the model.
"""

import inspect

import keras
from keras import layers

VERSION = 1  # increase when the same weights and pixels give other regions
IMAGE_SIZE = 224  # what most were trained with
# Keras gives NASNetLarge's ImageNet weights for its own size only.
OTHER_SIZES = {"NASNetLarge": 331}


def names() -> list[str]:
    """Return the constructors' names: "ConvNeXtBase" ... "Xception"."""
    return [
        name
        for name, member in sorted(vars(keras.applications).items())
        if inspect.isfunction(member)
        and "include_top" in inspect.signature(member).parameters
    ]


def default_image_size(name: str) -> int:
    """Return the side of the square picture in pixels."""
    return OTHER_SIZES.get(name, IMAGE_SIZE)


def fingerprint(name: str, image_size: int) -> str:
    """Return what the regions depend on. The network, its preprocessing and the hashes
    of its weights are all part of the installed version of Keras."""
    return f"{name}-{image_size}px-v{VERSION}-keras{keras.__version__}"


def build_encoder(
    name: str, image_size: int = IMAGE_SIZE, pretrained: bool = True
) -> keras.Model:
    """Return pixels (B, H, W, 3) float32 in 0..255 -> regions (B, R, D).

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels; R is the number of positions of the network's
            last map, row by row (7 x 7 for most at 224), D its channels.
        pretrained: with ImageNet's weights, else newly initialised.

    Raises:
        ValueError: the network does not take this size, or its weights could not be
            fetched.
    """
    constructor = _constructor(name)
    shape = (image_size, image_size, 3)
    weights = "imagenet" if pretrained else None
    try:
        network = constructor(include_top=False, weights=weights, input_shape=shape)
    except ValueError as error:
        raise ValueError(
            f"Keras refuses {name} for {image_size} x {image_size} pixels: {error}. "
            "Choose another image size."
        ) from error
    except Exception as error:  # Keras raises a bare Exception for a failed download
        if not pretrained:
            raise
        raise ValueError(
            f"The ImageNet weights of {name} could not be fetched ({error}): connect "
            "to a network once, or choose efficientnet_lite2, whose weights pip "
            "installs."
        ) from error
    preprocess = inspect.getmodule(constructor).preprocess_input
    pixels = layers.Input(shape, name="pixels")
    feature_map = network(preprocess(pixels))
    regions = layers.Reshape((-1, feature_map.shape[-1]), name="regions")(feature_map)
    return keras.Model(pixels, regions, name=f"{name}_encoder")


def _constructor(name: str):
    return getattr(keras.applications, name)
