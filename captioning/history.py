"""The history of a run: what each epoch gave, and when enough is enough."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from captioning.config import Config
from data_prep.replacement import write_text

HISTORY = "history.csv"


class Epoch(NamedTuple):
    """One line of history.csv.

    Attributes:
        epoch: from 1.
        loss: mean over the epoch's steps, nats a token, label smoothing included.
        dev_cider_d: CIDEr-D of the averaged weights' captions of the dev split.
        captions_per_second: training speed; the dev evaluation is not counted.
        minutes: spent on training so far; dev evaluations are not counted.
    """

    epoch: int
    loss: float
    dev_cider_d: float
    captions_per_second: float
    minutes: float


def best(history: Sequence[Epoch]) -> float:
    """Return the best dev CIDEr-D so far; -1 before the first epoch."""
    return max((epoch.dev_cider_d for epoch in history), default=-1.0)


def finished(history: Sequence[Epoch], config: Config) -> bool:
    """Say whether to stop: all epochs done, the target reached, or nothing gained in
    the last `patience` epochs."""
    if len(history) >= config.epochs:
        return True
    if config.target and best(history) >= config.target:
        return True
    before, recent = history[: -config.patience], history[-config.patience :]
    return bool(before) and best(recent) <= best(before)


def write_history(directory: Path, history: Sequence[Epoch]) -> None:
    """Write RUN/history.csv, all at once or not at all."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([Epoch._fields, *history])
    write_text(directory / HISTORY, lines.getvalue())


def read_history(directory: Path) -> list[Epoch]:
    """Read what `write_history` wrote.

    Raises:
        OSError, ValueError: it is missing, or something else.
    """
    with open(directory / HISTORY, newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    if tuple(header) != Epoch._fields:
        raise ValueError(f"{HISTORY} has the columns {header}")
    return [Epoch(int(epoch), *map(float, facts)) for epoch, *facts in lines]
