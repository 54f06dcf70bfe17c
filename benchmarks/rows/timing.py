"""Timing: several ways to do one thing, in turn, and how they compare.

A machine is busier at one time than at another. So whatever is compared is measured in
the same rounds, one after the other, and compared within each round.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

# Seconds: threads of some libraries spin for so long after their work, and would steal
# from whoever comes next (OpenMP's KMP_BLOCKTIME is 0.2).
_PAUSE = 0.25


class Spread(NamedTuple):
    """The median of several measurements, the least and the most."""

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

    Each is called once before, uncounted: it may have a graph to trace.

    Args:
        ways: by name; each does its work and returns when it is done.
        rounds: how often each is called, in turn.
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
    """Return how many times as long as ours the others took, round by round."""
    return spread([other / our for other, our in zip(others, ours, strict=True)])
