"""Rows of the benchmark's table."""

from typing import NamedTuple

from benchmarks.rows.timing import Spread


class Row(NamedTuple):
    """One comparison.

    Attributes:
        measured: what of ours.
        against: what it is compared with.
        value: ours as a share or a multiple of the other.
        bar: what it should be at least, and at most if `at_most`; None: no bar.
        unit: of value and bar: "x" for a ratio, "%" for a share.
        absolute: the figures behind it, in words: they hold for this machine only.
        at_most: whether less is better.
    """

    measured: str
    against: str
    value: Spread
    bar: float | None
    unit: str = "x"
    absolute: str = ""
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the bar; None if there is no bar."""
        if self.bar is None:
            return None
        if self.at_most:
            return self.value.median <= self.bar
        return self.value.median >= self.bar
