"""Figures of examples: tags of a picture as bars, weights of words as a heat map."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from captioning.plots.figure_file import save_figure
from captioning.plots.lettering import lettering

# Okabe & Ito's colours, which people with any colour vision can tell apart; hatches for
# print in grey.
_RIGHT, _WRONG = "#0072B2", "#E69F00"


class Tagged(NamedTuple):
    """The predicted and the true tags of a picture.

    Attributes:
        picture: uint8 ``(height, width, 3)``.
        tags: the most probable first.
        probabilities: one a tag.
        shown: the true tags.
    """

    picture: np.ndarray
    tags: Sequence[str]
    probabilities: Sequence[float]
    shown: Collection[str]


class Weights(NamedTuple):
    """Numbers between words, in 0..1.

    Attributes:
        values: ``(rows, columns)``.
        rows: the word of each row.
        columns: the word of each column.
    """

    values: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]


def draw_tags(tagged: Sequence[Tagged], path: Path | None = None) -> Figure:
    """Draw each picture above its tags, with probabilities as bars.

    Args:
        tagged: pictures side by side, preferably at most four.
        path: a PNG file, overwritten; or None.
    """
    figure = Figure(figsize=(3.2 * len(tagged), 5.2), layout="constrained")
    panels = figure.subplots(2, len(tagged), squeeze=False)
    for above, below, one in zip(*panels, tagged, strict=True):
        above.imshow(one.picture)
        above.axis("off")
        _bars(below, one)
    handles = [
        panels[1, 0].barh([0], [0], color=_RIGHT, label="in the picture"),
        panels[1, 0].barh([0], [0], color=_WRONG, hatch="//", label="not in it"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    if path is not None:
        save_figure(figure, path, dpi=100)
    return figure


def _bars(axes, one: Tagged) -> None:
    family, label, _ = lettering()
    places = range(len(one.tags))
    for place, tag, probability in zip(
        places, one.tags, one.probabilities, strict=True
    ):
        right = tag in one.shown
        axes.barh(
            [place],
            [probability],
            color=_RIGHT if right else _WRONG,
            hatch="" if right else "//",
        )
    axes.set_yticks(
        list(places), [label(tag) for tag in one.tags], fontfamily=family, fontsize=9
    )
    axes.invert_yaxis()  # the first on top
    axes.set(xlim=(0, 1), xlabel="probability")
    axes.grid(axis="x", alpha=0.3)


def draw_weights(
    panels: Sequence[Weights],
    row_label: str,
    column_label: str,
    path: Path | None = None,
) -> Figure:
    """Draw weights as heat maps, one below the other; dark is 1.

    Args:
        panels: at least one.
        row_label: what the rows are.
        column_label: what the columns are.
        path: a PNG file, overwritten; or None.
    """
    wide = max(len(panel.columns) for panel in panels)
    heights = [len(panel.rows) for panel in panels]
    figure = Figure(
        figsize=(max(5, 2.2 + 0.42 * wide), 1.6 * len(panels) + 0.3 * sum(heights)),
        layout="constrained",
    )
    rows = figure.subplots(
        len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    family, label, _ = lettering()
    for axes, panel in zip(rows[:, 0], panels, strict=True):
        image = axes.imshow(panel.values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_yticks(
            range(len(panel.rows)), map(label, panel.rows), fontfamily=family
        )
        axes.set_xticks(
            range(len(panel.columns)),
            map(label, panel.columns),
            rotation=40,
            ha="right",
            rotation_mode="anchor",
            fontfamily=family,
        )
        axes.set(xlabel=column_label, ylabel=row_label)
        figure.colorbar(image, ax=axes, fraction=0.03, pad=0.01)
    if path is not None:
        save_figure(figure, path, dpi=110)
    return figure
