"""All ways to run the loop over time give the same gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks import loops


@pytest.fixture(autouse=True)
def few_units(monkeypatch):
    monkeypatch.setattr("benchmarks.performance.recurrence.UNITS", 8)


@pytest.mark.parametrize("way", ["while loop", "unrolled", "XLA"])
def test_every_way_gives_the_derived_gradients(way):
    found, expected = [], []
    for one, gradients in ((way, found), ("derived", expected)):
        keras.utils.set_random_seed(0)
        gradients += loops.way_of(one, (3, 5))()
    assert len(found) == 4
    for one, other in zip(found, expected, strict=True):
        assert np.abs(other).max() > 0.01
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("way, loops_of_it", [("while loop", 2), ("unrolled", 0)])
def test_an_unrolled_pass_has_no_loop(way, loops_of_it, monkeypatch):
    calls, while_loop = [], tf.while_loop

    def counted(*arguments, **options):
        calls.append(arguments)
        return while_loop(*arguments, **options)

    monkeypatch.setattr(tf, "while_loop", counted)
    loops.way_of(way, (3, 5))()
    assert len(calls) == loops_of_it


def test_the_command_prints_a_line_a_way(monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.performance.timing._PAUSE", 0.0)
    monkeypatch.setattr(loops, "SHORT", (2, 3))
    monkeypatch.setattr(loops, "LONG", (1, 4))
    assert loops.main(["--rounds", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [line.split(" | ")[:2] for line in lines] == [
        [f"| {size}", way] for size in ("2 x 3", "1 x 4") for way in loops.WAYS
    ]
