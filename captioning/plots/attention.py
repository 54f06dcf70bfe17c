"""Figures of attention: a photo for each word, bright where its weights are high."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from captioning.plots.attention_overlay import highlight
from captioning.plots.figure_file import save_figure
from captioning.plots.lettering import lettering

_COLUMNS = 5
_WIDTH = 2.2  # of a panel, in inches
_TALLEST = 3  # height over width of a panel; taller photos are drawn smaller


def draw_attention(
    picture: np.ndarray,
    words: Sequence[str],
    weights: np.ndarray,
    path: Path | None = None,
) -> Figure:
    """Draw a photo, and once more for each word, overlaid where its weights are low.

    Args:
        picture: uint8 ``(height, width, 3)``.
        words: of the caption.
        weights: ``(words, regions)``, the regions row by row of a square grid; each
            word's are divided by their maximum.
        path: a .png or .jpg file, overwritten; or None.

    Raises:
        ValueError: the regions are not a square grid, or there is not a row of
            weights for each word.
    """
    side = round(weights.shape[1] ** 0.5)
    if side**2 != weights.shape[1] or len(words) != len(weights):
        raise ValueError(
            f"draw_attention got weights {weights.shape} of {len(words)} words; "
            "expected (words, regions) with regions a square, such as 7 x 7."
        )
    rows = -(-(len(words) + 1) // _COLUMNS)
    tall = min(picture.shape[0] / picture.shape[1], _TALLEST)
    height = _WIDTH * tall + 0.4  # and the word above it
    figure = Figure(figsize=(_WIDTH * _COLUMNS, height * rows), layout="constrained")
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for panel in panels:
        panel.axis("off")
    panels[0].imshow(picture)
    panels[0].set_title("the photo", fontsize=10, style="italic")
    family, label, _ = lettering()
    for panel, word, weight in zip(panels[1:], words, weights, strict=False):
        panel.imshow(highlight(picture, weight.reshape(side, side)))
        panel.set_title(label(word), fontsize=11, family=family)
    if path:
        save_figure(figure, path, dpi=100)
    return figure
