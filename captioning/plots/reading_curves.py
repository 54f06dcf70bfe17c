"""Curves of sentiment: the probability of "positive" after every word."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from captioning.plots.figure_file import save_figure
from captioning.plots.lettering import lettering

MOST_WORDS = 60  # drawn of a text; more would overlap


def draw_verdicts(readings: Sequence, path: Path | None = None) -> Figure:
    """Draw the probability of "positive" after every word, a panel for each text.

    Args:
        readings: sentiment predictions (`words`, `positive`); of a long text, its
            first `MOST_WORDS` words.
        path: a PNG file, written over; or None, for a notebook.
    """
    longest = max(min(len(reading.words), MOST_WORDS) for reading in readings)
    figure = Figure(
        figsize=(max(5, 1 + 0.55 * longest), 2.9 * len(readings)), layout="constrained"
    )
    panels = figure.subplots(len(readings), 1, squeeze=False)[:, 0]
    for axes, reading in zip(panels, readings, strict=True):
        _draw(axes, reading)
    if path is not None:
        save_figure(figure, path, dpi=120)
    return figure


def _draw(axes, reading) -> None:
    words, positive = reading.words[:MOST_WORDS], reading.positive[:MOST_WORDS]
    places = range(len(words))
    axes.axhspan(0.5, 1, color="#009E73", alpha=0.10, linewidth=0)
    axes.axhspan(0, 0.5, color="#D55E00", alpha=0.10, linewidth=0)
    axes.axhline(0.5, color="black", linewidth=0.6)
    axes.plot(places, positive, "-", color="black", linewidth=1)
    axes.scatter(
        places,
        positive,
        c=positive,
        cmap="RdYlGn",
        vmin=0,
        vmax=1,
        edgecolors="black",
        zorder=3,
    )
    family, label, _ = lettering()
    axes.set_xticks(
        list(places),
        [
            label(word) if known else f"({label(word)})"
            for word, known in zip(words, reading.known, strict=False)
        ],
        rotation=40,
        ha="right",
        rotation_mode="anchor",
        fontfamily=family,
    )
    left = len(reading.words) - len(words)
    axes.set(
        ylim=(0, 1),
        ylabel="P(positive | words so far)",
        xlabel=f"and {left} more words" if left else "",
    )
    axes.grid(alpha=0.3)
