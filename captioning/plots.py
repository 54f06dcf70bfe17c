"""Pictures for people: a run's curves, and a sheet of captioned pictures."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

matplotlib.use("Agg")  # a server has no screen


def draw_history(history: Sequence, path: Path) -> None:
    """Draw loss and dev CIDEr-D against epochs.

    Args:
        history: of `history.Epoch`.
        path: a PNG file, written over.
    """
    epochs = [epoch.epoch for epoch in history]
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, [epoch.loss for epoch in history], "o-", color="tab:blue")
    left.set(title="training loss (nats a token)", xlabel="epoch")
    scores = [epoch.dev_cider_d for epoch in history]
    right.plot(epochs, scores, "o-", color="tab:orange")
    top = int(np.argmax(scores))
    right.annotate(
        f"{scores[top]:.3f}, kept",
        (epochs[top], scores[top]),
        textcoords="offset points",
        xytext=(0, -16),
        ha="right",  # the best epoch is often the last
    )
    right.set(title="dev CIDEr-D", xlabel="epoch")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.savefig(path, dpi=120)


def draw_captions(
    pictures: Sequence[np.ndarray], captions: Sequence[str], path: Path
) -> None:
    """Draw pictures in rows of four, each with its caption beneath.

    Args:
        pictures: uint8 ``(height, width, 3)`` each.
        captions: one a picture.
        path: a PNG file, written over.
    """
    columns = min(4, len(pictures))
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(3.2 * columns, 3.7 * rows), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, picture, caption in zip(axes, pictures, captions, strict=False):
        axis.imshow(picture)
        axis.set_title(_wrapped(caption), y=-0.05, va="top", fontsize=9)
    figure.savefig(path, dpi=110, bbox_inches="tight")  # captions of any length


def _wrapped(text: str, width: int = 40) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)
