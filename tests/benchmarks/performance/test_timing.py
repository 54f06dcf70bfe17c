"""Ways are measured in turn, and compared round by round."""

import time

from benchmarks.performance.timing import Spread, in_turn, times_as_long


def test_the_ways_are_called_in_turn_in_each_round(monkeypatch):
    monkeypatch.setattr("benchmarks.performance.timing._PAUSE", 0.0)
    called = []
    ways = {
        "quick": lambda: called.append("quick"),
        "slow": lambda: (called.append("slow"), time.sleep(0.02)),
    }
    seconds = in_turn(ways, rounds=3)
    assert called == ["quick", "slow"] * 4  # the first pair warms up
    assert [len(each) for each in seconds.values()] == [3, 3]
    assert min(seconds["slow"]) >= 0.02 > max(seconds["quick"])


def test_ways_are_compared_round_by_round():
    # The second round was slow for both.
    assert times_as_long([2.0, 20.0, 4.0], [1.0, 10.0, 1.0]) == Spread(2.0, 2.0, 4.0)
