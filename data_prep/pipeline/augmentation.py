"""Views: a picture seen otherwise, so that a model does not learn it by heart.

view 0   the whole picture
view 1   the whole picture in a mirror
view 2   a part of it, drawn for each picture
view 3   another part, in a mirror
...      and so on: an even one as it is, an odd one in a mirror
"""

import numpy as np
import tensorflow as tf

SMALLEST = 0.75  # of each side: less, and what the captions speak of may be cut off


def look(pixels: tf.Tensor, view: int, first: int) -> tf.Tensor:
    """Return the same pictures in a view.

    Args:
        pixels: float32 ``(batch, height, width, 3)``, 0..255.
        view: its number.
        first: the place of the first of them in their split: the same picture shows
            the same part whenever it is asked for.

    Returns:
        float32 ``(batch, height, width, 3)``, 0..255.
    """
    if view >= 2:
        count, height, width, _ = pixels.shape
        boxes = np.stack([_part(view, first + k) for k in range(count)])
        # Sampled between pixels: a part is enlarged by a third at most.
        pixels = tf.image.crop_and_resize(
            pixels, boxes, tf.range(count), (height, width)
        )
    return tf.image.flip_left_right(pixels) if view % 2 else pixels


def _part(view: int, place: int) -> np.ndarray:
    """Return top, left, bottom and right, float32 (4,), of a height and width of 1."""
    generator = np.random.default_rng((view, place))
    sides = generator.uniform(SMALLEST, 1, 2)
    corner = generator.uniform(0, 1 - sides)
    return np.concatenate([corner, corner + sides]).astype(np.float32)
