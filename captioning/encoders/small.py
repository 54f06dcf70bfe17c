"""small: a convolutional network for the harbour, trained from scratch in minutes.

Five 3 x 3 convolutions. The last one also reads two coordinate channels (Liu et al.
2018, "An intriguing failing of convolutional neural networks and the CoordConv
solution"): attention treats regions as a set, and the harbour's captions say left of,
right of, in front of and behind.
"""

import keras
from keras import layers, ops

from captioning.nn.batch_normalization import BatchNormalization

VERSION = 2  # increase when the same weights and pixels give other regions
NAME = "small"
# Sailors and gulls are some 8 pixels tall at 128 pixels: four after the first stride,
# which sixteen filters can still distinguish. At 64 pixels it would be two.
IMAGE_SIZE = 128
# (filters, stride). Only three strides of 2, which leave 16 x 16 regions, so that a
# region and its neighbours can be told apart: F1 of all facts rose from 0.970 with
# 8 x 8 to 0.992. The last layer combines neighbours and coordinates; with a 1 x 1
# kernel it did not learn well what is in front of what. The fourth is as wide as the
# third, since it has four times the positions that a stride would leave: two cores
# train on some 250 pictures a second.
CONVOLUTIONS = ((16, 2), (32, 2), (64, 2), (64, 1), (128, 1))
# Moving averages over some ten batches: a run has about a thousand steps, and with
# Keras' 0.99 the untrained network would count for hundreds of them.
MOMENTUM = 0.9


def names() -> list[str]:
    """Return the name of the one encoder here."""
    return [NAME]


def default_image_size(name: str) -> int:
    """Return the side of the square picture in pixels."""
    return IMAGE_SIZE


def fingerprint(name: str, image_size: int) -> str:
    """Return the architecture. Each run trains its own weights, so the regions of this
    encoder must not be cached across runs."""
    return f"{name}-{image_size}px-v{VERSION}-untrained"


def build_encoder(
    name: str = NAME, image_size: int = IMAGE_SIZE, pretrained: bool = True
) -> keras.Model:
    """Return pixels (B, H, W, 3) float32 in 0..255 -> regions (B, R, 128).

    Args:
        name: "small".
        image_size: H = W in pixels; R = ceil(H / 8) ** 2, row by row (128 -> 256).
        pretrained: ignored; there are no pretrained weights.
    """
    pixels = layers.Input((image_size, image_size, 3), name="pixels")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="scale")(pixels)
    for index, (filters, strides) in enumerate(CONVOLUTIONS):
        if index == len(CONVOLUTIONS) - 1:
            x = Coordinates(name="coordinates")(x)
        x = layers.Conv2D(
            filters,
            3,
            strides=strides,
            padding="same",
            use_bias=False,  # the normalisation has an offset
            name=f"conv{index}",
        )(x)
        x = BatchNormalization(momentum=MOMENTUM, name=f"bn{index}")(x)
        x = layers.ReLU(name=f"relu{index}")(x)
    regions = layers.Reshape((-1, x.shape[-1]), name="regions")(x)
    return keras.Model(pixels, regions, name=name)


@keras.saving.register_keras_serializable("captioning")
class Coordinates(layers.Layer):
    """Append two channels, the horizontal and vertical position, each from -1 to 1.

    (B, H, W, C) -> (B, H, W, C + 2).
    """

    def call(self, x):
        batch, height, width, _ = ops.shape(x)
        across = ops.linspace(-1.0, 1.0, width, dtype=x.dtype)[None, None, :, None]
        down = ops.linspace(-1.0, 1.0, height, dtype=x.dtype)[None, :, None, None]
        places = (batch, height, width, 1)
        return ops.concatenate(
            [x, ops.broadcast_to(across, places), ops.broadcast_to(down, places)],
            axis=-1,
        )

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 2)
