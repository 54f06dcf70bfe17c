"""Pictures of attention: where the model looks, word by word."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from captioning.plots.lettering import lettering

# How much of the photo is left where nobody looks. The rest is a veil, dark over a
# bright photo and bright over a dark one: what is looked at stands out of both.
_LEFT = 0.25
_DARK, _BRIGHT = 20.0, 235.0
_MIDDLE = 110.0  # a photo of a higher mean is bright; below 127, for most are dark
_COLUMNS = 5
_WIDTH = 2.2  # of a panel, in inches
_TALLEST = 3  # height over width of a panel; a photo that is taller is drawn smaller


def draw_attention(
    picture: np.ndarray,
    words: Sequence[str],
    weights: np.ndarray,
    path: Path | None = None,
) -> Figure:
    """Draw a photo, and once more for each word, clear where the model looked.

    Args:
        picture: uint8 ``(height, width, 3)``.
        words: what was said.
        weights: ``(words, regions)``, along the rows of a square grid; each word's are
            shown against their own maximum.
        path: a picture file, .png or .jpg, written over; or None.

    Raises:
        ValueError: the regions are no square grid, or not of as many words.
    """
    side = round(weights.shape[1] ** 0.5)
    if side**2 != weights.shape[1] or len(words) != len(weights):
        raise ValueError(
            f"draw_attention got weights {weights.shape} of {len(words)} words; "
            "expected (words, regions) with regions a square, such as 7 x 7."
        )
    rows = -(-(len(words) + 1) // _COLUMNS)
    tall = min(picture.shape[0] / picture.shape[1], _TALLEST)
    height = _WIDTH * tall + 0.4  # and a word above it
    figure = Figure(figsize=(_WIDTH * _COLUMNS, height * rows), layout="constrained")
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for panel in panels:
        panel.axis("off")
    panels[0].imshow(picture)
    panels[0].set_title("the photo", fontsize=10, style="italic")
    family, label = lettering()
    for panel, word, weight in zip(panels[1:], words, weights, strict=False):
        panel.imshow(clear_where(picture, weight.reshape(side, side)))
        panel.set_title(label(word), fontsize=11, family=family)
    if path:
        figure.savefig(path, dpi=100)
    return figure


def clear_where(picture: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return a picture that is itself where the weight is highest, else under a veil.

    Args:
        picture: uint8 ``(height, width, 3)``.
        weight: ``(rows, columns)``, at least 0; drawn out smoothly over the picture.

    Returns:
        uint8 ``(height, width, 3)``.
    """
    height, width = picture.shape[:2]
    share = Image.fromarray((weight / max(weight.max(), 1e-9)).astype(np.float32))
    share = np.asarray(share.resize((width, height), Image.Resampling.BICUBIC))
    share = _LEFT + (1 - _LEFT) * np.clip(share, 0, 1)[..., None]
    veil = _DARK if picture.mean() > _MIDDLE else _BRIGHT
    return (share * picture + (1 - share) * veil).round().astype(np.uint8)
