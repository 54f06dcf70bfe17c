"""The gap experiment: fair to each cell, and able to learn at all."""

import dataclasses

import numpy as np
import pytest

from captioning import gap
from captioning.experiments.long_term import grid, report
from captioning.experiments.long_term.recall import (
    CELLS,
    Budget,
    Result,
    build_recaller,
    run_one,
)
from captioning.nn.cells import LSTMCell
from data_prep.errors import BadInput

QUICK = Budget(steps=150, learning_rate=1e-2)
ONE_STEP = dataclasses.replace(QUICK, steps=1, lstm_units=4)


@pytest.mark.parametrize("units", [24, 32, 100])
def test_every_cell_has_as_many_parameters(units):
    budget = Budget(lstm_units=units)
    counts = [build_recaller(cell, 5, budget).count_params() for cell in CELLS]
    assert max(counts) - min(counts) < 0.02 * min(counts)


@pytest.mark.parametrize("cell", CELLS)
def test_a_gap_of_two_is_learned(cell):
    result = run_one(cell, 2, 0, QUICK)
    assert result.accuracy >= 0.98
    assert result.steps < QUICK.steps  # solved, so stopped
    assert len(result.norms_before) == len(result.norms_after) == 3


def test_chrono_expects_memories_of_up_to_the_gap():
    cell = build_recaller("lstm_chrono", 100, Budget()).recurrence.cell
    assert isinstance(cell, LSTMCell)
    b_i, b_f, *_ = np.split(np.asarray(cell.bias), 4)
    assert np.all((np.log(1) <= b_f) & (b_f <= np.log(99)))
    np.testing.assert_array_equal(b_i, -b_f)


def test_a_run_is_the_same_run_again():
    first, again = (run_one("elman", 3, 1, ONE_STEP) for _ in range(2))
    assert first._replace(seconds=0) == again._replace(seconds=0)


# === the grid ===


def fake(cell, gap, seed, budget):
    return Result(cell, gap, seed, 0.5, 10, 1.0, 99, [1.0] * (gap + 1), [1.0] * gap)


def test_what_is_finished_is_not_run_again(tmp_path, monkeypatch):
    ran = []

    def run(*key):
        ran.append(key[:3])
        if len(ran) == 3:
            raise KeyboardInterrupt
        return fake(*key)

    monkeypatch.setattr(grid, "run_one", run)
    chosen = {"cells": ("elman", "lstm"), "gaps": (1, 2), "seeds": (0,)}
    with pytest.raises(KeyboardInterrupt):
        grid.run_grid(tmp_path, QUICK, **chosen, progress=False)
    assert len(grid.read_results(tmp_path)) == 2
    results = grid.run_grid(tmp_path, QUICK, **chosen, progress=False)
    assert len(ran) == 5  # the third was stopped, so it is run once more
    assert len(set(ran)) == len(results) == 4
    kept = {result[:3] for result in grid.read_results(tmp_path)}
    assert kept == {result[:3] for result in results} == set(ran)


def test_results_of_another_budget_are_not_mixed_in(tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "run_one", fake)
    chosen = {"cells": ("lstm",), "gaps": (1,), "seeds": (0,), "progress": False}
    grid.run_grid(tmp_path, QUICK, **chosen)
    other = dataclasses.replace(QUICK, steps=7)
    with pytest.raises(BadInput, match=r"another budget \(steps differ\)"):
        grid.run_grid(tmp_path, other, **chosen)


@pytest.mark.slow  # each process imports TensorFlow first
def test_processes_give_what_one_gives(tmp_path):
    chosen = {
        "cells": ("elman", "lstm"),
        "gaps": (1,),
        "seeds": (0,),
        "progress": False,
    }
    one = grid.run_grid(tmp_path / "one", ONE_STEP, **chosen)
    two = grid.run_grid(tmp_path / "two", ONE_STEP, **chosen, processes=2)
    for a, b in zip(one, two, strict=True):
        assert (a.cell, a.gap, a.seed, a.parameters) == (
            b.cell,
            b.gap,
            b.seed,
            b.parameters,
        )
        assert a.accuracy == pytest.approx(b.accuracy, abs=0.01)


# === the command ===


def test_the_command_runs_draws_and_draws_again(tmp_path, capsys):
    out = ["--out", str(tmp_path)]
    small = ["--gaps", "2", "--seeds", "1", "--steps", "1", "--processes", "1"]
    assert gap.main([*out, *small]) == 0
    table = capsys.readouterr().out
    assert "chance is" in table and "lstm_chrono" in table
    pictures = [tmp_path / f"{name}.png" for name in ("gap", "stacks", "growth")]
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG")
        picture.unlink()
    assert gap.main([*out, "--draw"]) == 0
    assert capsys.readouterr().out == table
    assert all(picture.exists() for picture in pictures)


def test_nothing_to_draw_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="no results to draw"):
        gap.main(["--out", str(tmp_path), "--draw"])


def test_a_file_of_something_else_is_bad_input(tmp_path):
    (tmp_path / grid.RESULTS).write_text("no\n")
    with pytest.raises(BadInput, match="not a file of results"):
        grid.read_results(tmp_path)


@pytest.mark.parametrize("content", ["[]", "null", "{"])
def test_a_budget_of_something_else_is_bad_input(tmp_path, content):
    (tmp_path / grid.BUDGET).write_text(content)
    with pytest.raises(BadInput, match="budget.json cannot be used"):
        grid.run_grid(tmp_path, QUICK, progress=False)
    assert (tmp_path / grid.BUDGET).read_text() == content


def test_what_a_stopped_grid_has_is_drawn(tmp_path, monkeypatch, capsys):
    run = []

    def stopped(*key):
        if len(run) == 3:  # of four
            raise KeyboardInterrupt
        run.append(key)
        return fake(*key)

    monkeypatch.setattr(grid, "run_one", stopped)
    chosen = {"cells": ("elman", "lstm"), "gaps": (1, 2), "seeds": (0,)}
    with pytest.raises(KeyboardInterrupt):
        grid.run_grid(tmp_path, QUICK, **chosen, progress=False)
    assert gap.main(["--out", str(tmp_path), "--draw"]) == 0
    _, short, long, *_ = capsys.readouterr().out.splitlines()
    assert (short.count("0.500 (0.500..0.500), 10"), long.count("0.500 (")) == (1, 2)
    assert short.split()[0] == "1" and long.split()[0] == "2"
    assert (tmp_path / "gap.png").read_bytes().startswith(b"\x89PNG")


def test_the_table_says_mean_least_and_most(tmp_path):
    results = [fake("elman", 1, seed, QUICK) for seed in range(2)]
    results[1] = results[1]._replace(accuracy=0.7, steps=20)
    assert "0.600 (0.500..0.700), 15" in report.table(results)
