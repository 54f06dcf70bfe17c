"""Results of the cloze test for all cells and distances: measure, save, tabulate."""

import contextlib
import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from captioning.experiments.long_term.boat_sentences import WORDS_PER_ASIDE
from captioning.experiments.long_term.cloze import STEPS, accuracy, train_word_model
from data_prep import console
from data_prep.atomic import write_text
from data_prep.errors import BadInput

RESULTS = "boat.json"
FILLERS = (0, 2, 4, 8, 16)  # sentences of five words: up to 80 words in between


class Accuracy(NamedTuple):
    """The accuracy of the near and of the far word; chance is 1 in 8.

    Attributes:
        cell: one of `comparable_cells.CELLS`.
        seed: of the weights and the sentences.
        filler: words in between (far) or before (near), in training and test.
        steps: of training.
        near, far: share of right words.
    """

    cell: str
    seed: int
    filler: int
    steps: int
    near: float
    far: float


def measure(
    cells: Sequence[str],
    fillers: Sequence[int] = FILLERS,
    seeds: Sequence[int] = (0,),
    *,
    steps: int = STEPS,
    progress: bool = True,
) -> list[Accuracy]:
    """Train and test each cell at each number of fillers from each seed."""
    results = []
    runs = list(itertools.product(fillers, cells, seeds))
    for filler, cell, seed in console.progress(
        runs, label="cloze test", unit="runs", shown=progress
    ):
        model, steps_taken = train_word_model(cell, [filler], seed, steps=steps)
        words = filler * WORDS_PER_ASIDE
        results.append(
            Accuracy(cell, seed, words, steps_taken, *accuracy(model, filler))
        )
    return results


def table(results: Sequence[Accuracy]) -> str:
    """Return near and far accuracy by filler and cell: mean (least..most of seeds)."""
    lines = ["words between  cell         near              far               steps"]
    for filler, cell in dict.fromkeys((r.filler, r.cell) for r in results):
        rows = [r for r in results if (r.filler, r.cell) == (filler, cell)]
        near, far = (
            _range([getattr(r, kind) for r in rows]) for kind in ("near", "far")
        )
        steps = np.mean([r.steps for r in rows])
        lines.append(f"{filler:13}  {cell:11}  {near}  {far}  {steps:5.0f}")
    return "\n".join(lines)


def _range(values) -> str:
    return f"{np.mean(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def check_out(out: Path) -> None:
    """Create the folder, and check that it can be written to.

    Raises:
        BadInput: it cannot be written to.
    """
    with _writable(out):
        tempfile.TemporaryFile(dir=out).close()


def save(results: Sequence[Accuracy], out: Path) -> None:
    """Write ``boat.json``, from which the figure can be drawn again.

    Raises:
        BadInput: it cannot be written.
    """
    lines = [result._asdict() for result in results]
    with _writable(out):
        write_text(out / RESULTS, json.dumps(lines, indent=1) + "\n")


@contextlib.contextmanager
def _writable(out: Path) -> Iterator[None]:
    """Create the folder; in this context an `OSError` becomes `BadInput`."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written to ({error.strerror}); expected a folder for "
            "results: choose another --out."
        ) from error


def load(out: Path) -> list[Accuracy]:
    """Return what `save` wrote.

    Raises:
        BadInput: there are no results, or the file is of another form.
    """
    try:
        lines = json.loads((out / RESULTS).read_text(encoding="utf-8"))
        if not lines:
            raise ValueError("it is empty")
        return [Accuracy(**line) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(
            f"{out / RESULTS} holds no results to draw ({error}); expected what "
            "--boat writes: leave out --draw to make them."
        ) from error
