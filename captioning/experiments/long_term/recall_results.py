"""Results of the recall task: a table and figures."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from captioning.experiments.long_term import state_jacobians
from captioning.experiments.long_term.comparable_cells import CELLS
from captioning.experiments.long_term.recall_task import Result
from captioning.nn.cells import ElmanCell
from captioning.plots import long_term as plots
from data_prep.datasets import gap as sequences

SLOPE, DEPTHS = 1.3, (1, 2, 3, 8)  # steep enough to show that eight tanh bend
RADII = (0.9, 1.0, 1.1)
GROWTH_STEPS, GROWTH_UNITS = 100, 16


def table(results: Sequence[Result]) -> str:
    """Return accuracy and steps by gap and cell: mean (least..most of the seeds).

    Runs that a stopped sweep did not reach are left empty.
    """
    cells = [cell for cell in CELLS if any(r.cell == cell for r in results)]
    lines = ["  gap" + "".join(f"  {cell:>28}" for cell in cells)]
    for gap in sorted({result.gap for result in results}):
        row = [
            _summary([r for r in results if (r.cell, r.gap) == (c, gap)]) for c in cells
        ]
        lines.append(f"{gap:5}" + "".join(f"  {cell:>28}" for cell in row))
    seeds = len({result.seed for result in results})
    lines.append(
        f"accuracy (least..most of {seeds} seeds), steps taken; chance is "
        f"{sequences.CHANCE:.3f}"
    )
    for cell in cells:
        parameters = {r.parameters for r in results if r.cell == cell}
        lines.append(f"{cell}: {', '.join(map(str, sorted(parameters)))} parameters")
    return "\n".join(lines)


def _summary(results) -> str:
    if not results:
        return ""
    accuracies = [result.accuracy for result in results]
    steps = np.mean([result.steps for result in results])
    return (
        f"{np.mean(accuracies):.3f} ({min(accuracies):.3f}..{max(accuracies):.3f}), "
        f"{steps:.0f}"
    )


def draw(results: Sequence[Result], out: Path, norms_gap: int = 100) -> list[Path]:
    """Draw ``gap.png`` of the results, and ``stacks.png`` and ``growth.png``.

    The gradient norms are those of `norms_gap`, or of the longest gap below it that
    was run, else of the shortest.

    Returns:
        The files.
    """
    paths = [out / f"{name}.png" for name in ("gap", "stacks", "growth")]
    gaps = sorted({result.gap for result in results})
    shown = max((gap for gap in gaps if gap <= norms_gap), default=gaps[0])
    plots.draw_gap(results, sequences.CHANCE, shown, paths[0])
    draw_stacks(paths[1])
    draw_growth(paths[2])
    return paths


def draw_stacks(path: Path) -> None:
    """Draw stacks ``f(f(f(x)))`` of a linear function and of a tanh."""
    x = np.linspace(-1.5, 1.5, 301)
    lines, squashed = (
        {d: state_jacobians.composed(SLOPE, d, x, squash=squash) for d in DEPTHS}
        for squash in (False, True)
    )
    plots.draw_stacks(x, lines, squashed, path)


def draw_growth(path: Path) -> None:
    """Draw the gradient norms of a linear and of a tanh cell, W_hh scaled alike."""
    norms = {
        f"{activation} cell": {r: growth(activation, r) for r in RADII}
        for activation in ("linear", "tanh")
    }
    plots.draw_growth(norms, path)


def growth(activation: str, radius: float) -> np.ndarray:
    """Return the gradient norms of an Elman cell whose W_hh is radius * orthogonal."""
    keras.utils.set_random_seed(0)
    cell = ElmanCell(GROWTH_UNITS, activation=activation)
    cell.build((None, GROWTH_UNITS))
    state_jacobians.scale_recurrence(cell, radius)
    words = keras.random.normal((4, GROWTH_STEPS, GROWTH_UNITS), stddev=0.25, seed=0)
    return state_jacobians.gradient_norms(cell, words)
