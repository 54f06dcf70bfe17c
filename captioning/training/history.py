"""The history of a run: the losses, scores and minutes of each epoch."""

import csv
import io
from collections.abc import Mapping, Sequence
from math import isnan, nan
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from data_prep.atomic import write_text

HISTORY = "history.csv"
_LOSS, _DEV, _DEV_LOSS = "loss of ", "dev score of ", "dev loss of "
_METRIC = "mean of "
_COLUMNS = ["epoch", "examples_per_second", "minutes"]


class Epoch(NamedTuple):
    """One line of history.csv.

    Attributes:
        epoch: from 1; 0 is what a run that starts from another one starts with.
        losses: by task, the mean over the epoch's steps.
        dev: by task, the dev score of the averaged weights.
        examples_per_second: training speed; the dev evaluation is not counted.
        minutes: spent on training so far; dev evaluations are not counted.
        metrics: what a task measures beside its loss, by "task.name".
        dev_loss: by task, the loss on dev where the dev score is 0.
    """

    epoch: int
    losses: dict[str, float]
    dev: dict[str, float]
    examples_per_second: float
    minutes: float
    metrics: Mapping[str, float] = MappingProxyType({})
    dev_loss: Mapping[str, float] = MappingProxyType({})

    @property
    def dev_score(self) -> float:
        """The mean of the tasks' dev scores."""
        return float(np.mean(list(self.dev.values())))

    @property
    def rank(self) -> tuple[float, float]:
        """What epochs are compared by: the dev score; where it tells nothing, because
        it is 0, the loss on dev."""
        losses = list(self.dev_loss.values())
        return self.dev_score, -float(np.mean(losses)) if losses else 0.0


def passes(history: Sequence[Epoch]) -> int:
    """Return how many epochs of training a history tells of."""
    return history[-1].epoch if history else 0


def best(history: Sequence[Epoch]) -> tuple[float, float]:
    """Return the best rank so far; one below all others before the first epoch."""
    return max((epoch.rank for epoch in history), default=(-1.0, 0.0))


def best_epoch(history: Sequence[Epoch]) -> Epoch:
    """Return the epoch whose weights are kept: the first of the best rank."""
    return max(history, key=lambda epoch: epoch.rank)


def write_history(directory: Path, history: Sequence[Epoch]) -> None:
    """Write RUN/history.csv, all at once or not at all."""
    names, metrics = list(history[0].losses), list(history[-1].metrics)
    header = _COLUMNS + [_LOSS + name for name in names] + [_DEV + n for n in names]
    header += [_METRIC + name for name in metrics]
    on_dev = sorted({name for epoch in history for name in epoch.dev_loss})
    header += [_DEV_LOSS + name for name in on_dev]
    lines = io.StringIO(newline="")
    table = csv.writer(lines)
    table.writerow(header)
    for epoch in history:
        facts = [epoch.epoch, epoch.examples_per_second, epoch.minutes]
        measured = [epoch.metrics.get(name, nan) for name in metrics]
        measured += [epoch.dev_loss.get(name, nan) for name in on_dev]
        table.writerow([*facts, *epoch.losses.values(), *epoch.dev.values(), *measured])
    write_text(directory / HISTORY, lines.getvalue())


def read_history(directory: Path) -> list[Epoch]:
    """Read what `write_history` wrote.

    Raises:
        OSError, ValueError: it is missing, or something else.
    """
    with open(directory / HISTORY, newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        if not table.fieldnames or table.fieldnames[: len(_COLUMNS)] != _COLUMNS:
            raise ValueError(f"{HISTORY} has the columns {table.fieldnames}")
        return [_read_epoch(line) for line in table]


def _read_epoch(line: dict[str, str]) -> Epoch:
    def all_of(prefix: str) -> dict[str, float]:
        return {
            column.removeprefix(prefix): float(value)
            for column, value in line.items()
            if column.startswith(prefix)
        }

    try:
        return Epoch(
            epoch=int(line["epoch"]),
            losses=all_of(_LOSS),
            dev=all_of(_DEV),
            examples_per_second=float(line["examples_per_second"]),
            minutes=float(line["minutes"]),
            metrics=all_of(_METRIC),
            dev_loss={n: x for n, x in all_of(_DEV_LOSS).items() if not isnan(x)},
        )
    except TypeError as error:  # a line that ends too soon
        raise ValueError(f"{HISTORY} has the line {line}") from error
