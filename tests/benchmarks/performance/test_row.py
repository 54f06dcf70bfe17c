"""A row knows whether its bar is reached."""

import pytest

from benchmarks.performance.row import Row
from benchmarks.performance.timing import spread


@pytest.mark.parametrize(
    ("median", "bar", "at_most", "reached"),
    [
        (1.2, 1.0, False, True),
        (0.9, 1.0, False, False),
        (0.9, 1.0, True, True),
        (1.2, 1.0, True, False),
        (1.2, None, False, None),
    ],
)
def test_a_row_says_whether_its_bar_is_reached(median, bar, at_most, reached):
    assert Row("a", "b", spread([median]), bar, at_most=at_most).reached is reached


@pytest.mark.parametrize(
    ("median", "at_most", "is_worse"),
    [(0.6, False, False), (0.4, False, True), (1.9, True, False), (2.1, True, True)],
)
def test_a_row_may_miss_its_bar_by_a_share(median, at_most, is_worse):
    row = Row("a", "b", spread([median]), 1.0, at_most=at_most)
    assert row.is_worse_than(0.5) is is_worse
    assert not row._replace(bar=None).is_worse_than(0.5)
