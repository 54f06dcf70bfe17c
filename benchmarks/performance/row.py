"""A row of the table of `python -m benchmarks`."""

from typing import NamedTuple

from benchmarks.performance.timing import Spread


class Row(NamedTuple):
    """One comparison.

    Attributes:
        measured: what is measured.
        against: what it is compared with.
        value: our result as a multiple or a share of the other.
        bar: the least value wanted (the largest, if `at_most`), or None.
        unit: of value and bar: "x" for a multiple, "%" for a share.
        absolute: the measured figures in words, which hold for this machine only.
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
        """True if the median reaches the bar; None if there is no bar."""
        if self.bar is None:
            return None
        return not self.is_worse_than(1.0)

    def is_worse_than(self, share: float) -> bool:
        """Return whether the median is below a share of the bar, or above the bar by
        that share, if less is better; False if there is no bar."""
        if self.bar is None:
            return False
        if self.at_most:
            return self.value.median * share > self.bar
        return self.value.median < self.bar * share
