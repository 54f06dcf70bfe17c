"""One word's attention over a photo: a plain colour covers it where weights are low.

Needs no Matplotlib; `plots.attention` puts the photos of all words into a figure.
"""

import numpy as np
from PIL import Image

# Opacity of the photo where the weight is 0. The rest is a plain overlay, dark on
# bright photos and bright on dark ones, so that regions of high weight stand out.
_LOWEST_OPACITY = 0.25
_DARK, _BRIGHT = 20.0, 235.0
_BRIGHT_MEAN = 110.0  # a photo with a higher mean is bright; most photos are below 127


def highlight(picture: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return a picture that is overlaid with a plain colour where weights are low.

    Args:
        picture: uint8 ``(height, width, 3)``.
        weight: ``(rows, columns)``, at least 0; resized to the picture.

    Returns:
        uint8 ``(height, width, 3)``.
    """
    height, width = picture.shape[:2]
    opacity = Image.fromarray((weight / max(weight.max(), 1e-9)).astype(np.float32))
    opacity = np.asarray(opacity.resize((width, height), Image.Resampling.BICUBIC))
    opacity = (
        _LOWEST_OPACITY + (1 - _LOWEST_OPACITY) * np.clip(opacity, 0, 1)[..., None]
    )
    overlay = _DARK if picture.mean() > _BRIGHT_MEAN else _BRIGHT
    return (opacity * picture + (1 - opacity) * overlay).round().astype(np.uint8)
