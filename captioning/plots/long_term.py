"""Figures of the long-term dependency: accuracy, gradients, stacked functions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from captioning.plots.figure_file import save_figure

matplotlib.use("Agg")  # a server has no screen

# Okabe & Ito's colours, which people with any colour vision can tell apart; markers and
# dashes for print in grey.
CELL_STYLES = {
    "elman": ("Elman (tanh)", "#D55E00", "o", "-"),
    "lstm": ("LSTM, forget bias 1", "#0072B2", "s", "--"),
    "lstm_chrono": ("LSTM, chrono initialization", "#009E73", "^", "-"),
}
LOWEST_NORM = 1e-12  # drawn; smaller ones are rounding errors of float32


def draw_gap(results: Sequence, chance: float, norms_gap: int, path: Path) -> None:
    """Draw accuracy against gap, and gradient norms against steps back in time.

    Lines are means over the seeds, bands their range.

    Args:
        results: of `recall_task.Result`.
        chance: accuracy of a guess.
        norms_gap: the gap whose gradient norms are drawn.
        path: a PNG file, overwritten.
    """
    figure = Figure(figsize=(12, 4.4), layout="constrained")
    accuracy, before, after = figure.subplots(1, 3)
    _accuracy(accuracy, results, chance)
    chosen = [result for result in results if result.gap == norms_gap]
    _norms(before, chosen, "norms_before", f"gradient at gap {norms_gap}, untrained")
    _norms(after, chosen, "norms_after", f"gradient at gap {norms_gap}, trained")
    both = np.array([before.get_ylim(), after.get_ylim()])
    for axes in (before, after):
        axes.set_ylim(max(LOWEST_NORM, both.min()), both.max())
    handles, labels = accuracy.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    save_figure(figure, path, dpi=130)


def _accuracy(axes, results, chance):
    for name, (label, *_) in CELL_STYLES.items():
        of_cell = [result for result in results if result.cell == name]
        gaps = sorted({result.gap for result in of_cell})
        seeds = [[r.accuracy for r in of_cell if r.gap == gap] for gap in gaps]
        if of_cell:
            _line_and_band(axes, gaps, seeds, name, label=label, marked=True)
    axes.axhline(chance, color="black", linestyle=":", label="chance")
    axes.set(
        title="recall of a word",
        xlabel="gap between word and question (steps)",
        ylabel="accuracy on 1,000 test sequences",
        xscale="log",
        ylim=(0, 1.04),
    )
    ticks = sorted({result.gap for result in results})
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.grid(alpha=0.3)


def _norms(axes, results, field, title):
    for name in CELL_STYLES:
        seeds = [getattr(result, field) for result in results if result.cell == name]
        if seeds:
            distances = range(len(seeds[0]))
            _line_and_band(axes, distances, np.transpose(seeds), name, marked=False)
    axes.set(
        title=title,
        xlabel="T - t (steps back in time)",
        ylabel=r"$\|\partial h_T / \partial s_t\|_2$",
        yscale="log",
    )
    axes.axhline(1, color="black", linewidth=0.6)
    axes.grid(alpha=0.3)


def _line_and_band(axes, x, seeds, name, *, marked, label=None):
    """Draw values ``(x, seeds)``: their mean, and a band from least to most."""
    _, color, marker, dashes = CELL_STYLES[name]
    x = list(x)
    seeds = [np.maximum(some, 1e-300) for some in seeds]  # no zero on a log axis
    style = {"color": color, "linestyle": dashes, "label": label}
    if marked:
        style |= {"marker": marker, "markersize": 5}
    axes.plot(x, [np.mean(some) for some in seeds], **style)
    lowest, highest = zip(*((min(some), max(some)) for some in seeds), strict=True)
    axes.fill_between(x, lowest, highest, color=color, alpha=0.2, linewidth=0)


def draw_stacks(x, lines: Mapping, squashed: Mapping, path: Path) -> None:
    """Draw f, f(f), f(f(f)) ... of a linear function and of a tanh, side by side.

    Args:
        x: ``(points,)``.
        lines, squashed: depth -> values ``(points,)``.
        path: a PNG file, overwritten.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    colors = ["#56B4E9", "#0072B2", "#CC79A7", "#000000"]
    titles = ("f(x) = a x: every stack is a line", "f(x) = tanh(a x): a stack bends")
    for axes, curves, title in zip(
        figure.subplots(1, 2), (lines, squashed), titles, strict=True
    ):
        for color, (depth, values) in zip(colors, curves.items(), strict=False):
            label = f"{depth} deep" if depth > 1 else "f alone"
            axes.plot(x, values, color=color, label=label)
        axes.set(title=title, xlabel="x", ylabel="f(f(...f(x)))")
        axes.grid(alpha=0.3)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    save_figure(figure, path, dpi=120)


def draw_growth(norms: Mapping[str, Mapping[float, np.ndarray]], path: Path) -> None:
    """Draw gradient norms of a recurrence, for several |eigenvalues| of W.

    Args:
        norms: title -> |eigenvalue| -> norms ``(steps + 1,)``.
        path: a PNG file, overwritten.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    panels = figure.subplots(1, len(norms), sharey=True, squeeze=False)[0]
    styles = [("#0072B2", "--"), ("#000000", "-"), ("#D55E00", "-."), ("#CC79A7", ":")]
    for axes, (title, curves) in zip(panels, norms.items(), strict=True):
        for (color, dashes), (radius, values) in zip(
            styles, curves.items(), strict=False
        ):
            label = f"|eigenvalues of W| = {radius:g}"
            axes.plot(values, color=color, linestyle=dashes, label=label)
        axes.set(title=title, xlabel="T - t (steps back in time)", yscale="log")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel(r"$\|\partial h_T / \partial h_t\|_2$")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    save_figure(figure, path, dpi=120)


def draw_cloze(results: Sequence, chance: float, path: Path) -> None:
    """Draw accuracy of the near and of the far word against the words in between.

    Args:
        results: of `cloze_results.Accuracy`.
        chance: accuracy of a guess.
        path: a PNG file, overwritten.
    """
    figure = Figure(figsize=(9, 4), layout="constrained")
    near, far = figure.subplots(1, 2, sharey=True)
    for axes, field in ((near, "near"), (far, "far")):
        for name, (label, *_) in CELL_STYLES.items():
            of_cell = [result for result in results if result.cell == name]
            fillers = sorted({result.filler for result in of_cell})
            seeds = [
                [getattr(r, field) for r in of_cell if r.filler == filler]
                for filler in fillers
            ]
            if of_cell:
                _line_and_band(axes, fillers, seeds, name, label=label, marked=True)
        axes.axhline(chance, color="black", linestyle=":", label="chance")
        axes.grid(alpha=0.3)
    near.set(
        title="... the boat is on the ___",
        xlabel="words before the sentence",
        ylabel="accuracy on 64 test sentences",
        ylim=(0, 1.04),
    )
    far.set(
        title="the boat is on the water. ... a ___ is driving that",
        xlabel="words in between",
    )
    handles, labels = near.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    save_figure(figure, path, dpi=120)


def draw_sentence(readings: Sequence, path: Path) -> None:
    """Draw the gradient that arrives at each word, and under it the forget gates.

    Args:
        readings: of `along_sentence.Reading`, of one sentence.
        path: a PNG file, overwritten.
    """
    gated = [reading for reading in readings if reading.forget_gates is not None]
    words = readings[0].words
    figure = Figure(
        figsize=(max(6, 0.45 * len(words)), 3 + 1.6 * len(gated)), layout="constrained"
    )
    top, *panels = figure.subplots(
        1 + len(gated),
        sharex=True,
        squeeze=False,
        height_ratios=[2] + [1] * len(gated),
    )[:, 0]
    for reading in readings:
        label, color, marker, dashes = CELL_STYLES[reading.cell]
        top.plot(
            np.maximum(reading.gradients, LOWEST_NORM),
            color=color,
            marker=marker,
            linestyle=dashes,
            markersize=5,
            label=f"{label}: P({reading.answer}) = {reading.probability:.2f}",
        )
    top.set(
        yscale="log",
        ylabel=r"$\|\partial \log p / \partial x_t\|$",
        title=f"how much each word moves the probability of {readings[0].answer}",
    )
    top.grid(alpha=0.3)
    top.legend(fontsize=8)
    for axes, reading in zip(panels, gated, strict=True):
        image = axes.imshow(
            reading.forget_gates.T, vmin=0, vmax=1, cmap="viridis", aspect="auto"
        )
        axes.set(ylabel="units", title=f"forget gate: {CELL_STYLES[reading.cell][0]}")
        axes.set_yticks([])
    if gated:
        figure.colorbar(image, ax=panels, label="kept of c, a step")
    (panels or [top])[-1].set_xticks(range(len(words)), words, rotation=60, ha="right")
    save_figure(figure, path, dpi=120)
