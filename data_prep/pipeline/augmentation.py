"""Augmentation: altered copies of the training pictures.

A model that learns from several copies of a picture is less likely to learn the picture
by heart. Copies have numbers, so that an encoder's outputs of each can be kept on disk:

copy 0   the whole picture
copy 1   the whole picture, mirrored
copy 2   a part of it, drawn for each picture
copy 3   another part, mirrored
...      and so on: an even one as it is, an odd one mirrored
"""

import numpy as np
import tensorflow as tf

VERSION = 1  # raise it with every change of what a copy is: caches are made anew
SMALLEST = 0.75  # of each side: less may cut off what the captions speak of


def augment(pixels: tf.Tensor, copy: int, first: int) -> tf.Tensor:
    """Return a copy of each picture, float32 ``(batch, height, width, 3)``, 0..255.

    `first` is the place of the first of them in their split: the part that is drawn
    follows from copy and place alone.
    """
    if copy >= 2:
        count, height, width, _ = pixels.shape
        boxes = np.stack([_part(copy, first + k) for k in range(count)])
        # Sampled between pixels: a part is enlarged by a third at most.
        pixels = tf.image.crop_and_resize(
            pixels, boxes, tf.range(count), (height, width)
        )
    return tf.image.flip_left_right(pixels) if copy % 2 else pixels


def _part(copy: int, place: int) -> np.ndarray:
    """Return top, left, bottom and right, float32 (4,), of a height and width of 1."""
    generator = np.random.default_rng((copy, place))
    sides = generator.uniform(SMALLEST, 1, 2)
    corner = generator.uniform(0, 1 - sides)
    return np.concatenate([corner, corner + sides]).astype(np.float32)
