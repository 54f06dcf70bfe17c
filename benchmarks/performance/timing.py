"""Timing several ways to do the same thing, in turn.

The load of a machine varies. So the ways are measured in the same rounds, one after the
other, and compared within each round.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

# Seconds. Threads of some libraries keep spinning for this long after their work
# (OpenMP's KMP_BLOCKTIME is 0.2), which would slow down the next way.
_PAUSE = 0.25


class Spread(NamedTuple):
    """Median, minimum and maximum of several measurements."""

    median: float
    least: float
    most: float

    def __format__(self, spec: str) -> str:
        return f"{self.median:{spec}} ({self.least:{spec}} to {self.most:{spec}})"


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def in_turn(
    ways: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
    """Return the seconds that each way took in each round.

    Each is called once before, which is not measured: it may have to trace a graph.

    Args:
        ways: name -> a function that returns when its work is done.
        rounds: how often each is measured, in turn.
    """
    for way in ways.values():
        way()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            time.sleep(_PAUSE)
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def times_as_long(others: Sequence[float], ours: Sequence[float]) -> Spread:
    """Return the ratio of the others' time to ours, computed round by round."""
    return spread([other / our for other, our in zip(others, ours, strict=True)])
