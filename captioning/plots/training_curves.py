"""Figures of a run: its training curves, and a sheet of captioned pictures."""

import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from captioning.plots.figure_file import save_figure
from captioning.plots.lettering import SQUARE, lettering

matplotlib.use("Agg")  # a server has no screen


def draw_history(history: Sequence, score_names: Mapping[str, str], path: Path) -> None:
    """Draw losses and dev scores against epochs, a curve for each task.

    Args:
        history: of `history.Epoch`.
        score_names: task -> name of its dev score.
        path: a PNG file, overwritten.
    """
    epochs = [epoch.epoch for epoch in history]
    top = max(range(len(history)), key=lambda k: history[k].rank)
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, score_name in score_names.items():
        left.plot(epochs, [epoch.losses[name] for epoch in history], "o-", label=name)
        scores = [epoch.dev[name] for epoch in history]
        label = f"{name}: {score_name} {scores[top]:.3f}"
        right.plot(epochs, scores, "o-", label=label)
    left.set(title="training loss", xlabel="epoch")
    if len(score_names) > 1:  # a sum over tags is ten times the loss of a word
        left.set_yscale("log")
    right.set(title=f"dev scores (epoch {epochs[top]} was kept)", xlabel="epoch")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
        axes.xaxis.get_major_locator().set_params(integer=True)
    save_figure(figure, path, dpi=120)


def draw_captions(
    pictures: Sequence[np.ndarray], captions: Sequence[str], path: Path
) -> str:
    """Draw pictures in rows of four, each with its caption beneath.

    Args:
        pictures: uint8 ``(height, width, 3)`` each.
        captions: one a picture.
        path: a .png or .jpg file, overwritten.

    Returns:
        The characters that no installed font has; squares stand for them.
    """
    family, _, written = lettering()
    columns = min(4, len(pictures))
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(3.2 * columns, 3.7 * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, picture, caption in zip(axes, pictures, captions, strict=False):
        axis.imshow(picture)
        shown = written(_wrapped(caption))
        axis.set_title(shown, y=-0.05, va="top", fontsize=9, family=family)
    save_figure(figure, path, dpi=110, bbox_inches="tight")  # captions of any length
    characters = sorted(set("".join(captions)))
    return "".join(c for c in characters if c != SQUARE and written(c) == SQUARE)


def _wrapped(text: str) -> str:
    """Return a text in lines that are as wide as a picture."""
    is_wide = any(unicodedata.east_asian_width(c) in "WF" for c in text)
    return "\n".join(textwrap.wrap(text, 20 if is_wide else 40))
