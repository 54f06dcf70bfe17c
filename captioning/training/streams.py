"""Streams: the batches of each task from a place in the run on, without end."""

import itertools
from collections.abc import Iterator
from functools import partial

from captioning.tasks.task import TrainingData
from captioning.training.history import passes
from captioning.training.state import TrainingState
from captioning.training.task_schedule import steps_of_epoch
from captioning.training.workers import Workers


def streams(state: TrainingState, epochs: int) -> dict[str, Iterator]:
    """Return by task its batches from the next step of the run on, without end.

    A task's own epochs end where they end, not where those of the run do.

    Args:
        state: which says what was done.
        epochs: how many the run has.
    """
    number = passes(state.history)
    return {
        name: _batches(
            data,
            steps_of_epoch(state.total_steps[name], number, epochs).start
            + len(state.part.losses.get(name, ())),
            state.workers,
        )
        for name, data in state.data.items()
    }


def _batches(data: TrainingData, first: int, workers: Workers) -> Iterator:
    """Yield the batches of all epochs, from the one numbered `first` on."""
    each_pass, skip = divmod(first, data.batches_per_epoch)
    for number in itertools.count(each_pass):
        batches = workers.batches(partial(data.batches, number))
        yield from batches.skip(skip) if skip else batches
        skip = 0
