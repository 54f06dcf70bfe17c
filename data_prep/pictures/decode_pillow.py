"""Encoded pictures -> pixels by Pillow: the same as `decode`, without TensorFlow."""

import io

import numpy as np
from PIL import Image, ImageOps

from data_prep.errors import DAMAGED
from data_prep.pictures.reader import BadPicture

LONGEST_SIDE = 640  # of a picture for show, in pixels: three times what a panel shows


def upright(picture: bytes, least_side: int | None = None) -> Image.Image:
    """Return an encoded picture, JPEG or PNG, in RGB and turned as its EXIF says.

    Args:
        picture: a whole file.
        least_side: as of `decode.decode_picture`.

    Raises:
        BadPicture: it cannot be decoded.
    """
    try:
        with Image.open(io.BytesIO(picture)) as image:
            if least_side:
                image.draft(None, (least_side, least_side))  # changes only JPEGs
            return ImageOps.exif_transpose(image).convert("RGB")
    except DAMAGED as error:
        raise BadPicture(
            "cannot be decoded by Pillow; save it anew as JPEG or PNG."
        ) from error


def reduced(image: Image.Image) -> np.ndarray:
    """Return an RGB picture for show, uint8 ``(height, width, 3)``, its longest side
    `LONGEST_SIDE` pixels at most."""
    small = image.copy()
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return np.asarray(small)


def squeezed(image: Image.Image, image_size: int) -> np.ndarray:
    """Return a picture squeezed into a square, as `decode.resize_to_square` does.

    Args:
        image: RGB.
        image_size: the side of the square, in pixels.

    Returns:
        float32 ``(image_size, image_size, 3)``, 0..255. Within 0.01 of the pixels in
        the graph: the same triangle filter, in another order of summation.
    """
    # Each channel as numbers with fractions: of a picture with colours Pillow would
    # round every sum to whole levels.
    size, triangle = (image_size, image_size), Image.Resampling.BILINEAR
    channels = [band.convert("F").resize(size, triangle) for band in image.split()]
    return np.clip(np.stack(channels, axis=-1), 0.0, 255.0)
