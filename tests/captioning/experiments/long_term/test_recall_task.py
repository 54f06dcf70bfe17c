"""The recall task: equal conditions for all cells, results, sweep and command."""

import dataclasses

import numpy as np
import pytest

from captioning import gap
from captioning.experiments.long_term import recall_results, sweep
from captioning.experiments.long_term.comparable_cells import CELLS
from captioning.experiments.long_term.recall_task import (
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
def test_all_cells_have_about_as_many_parameters(units):
    budget = Budget(lstm_units=units)
    counts = [build_recaller(cell, 5, budget).count_params() for cell in CELLS]
    assert max(counts) - min(counts) < 0.02 * min(counts)


@pytest.mark.parametrize("cell", CELLS)
def test_a_gap_of_two_is_learned(cell):
    result = run_one(cell, 2, 0, QUICK)
    assert result.accuracy >= 0.98
    assert result.steps < QUICK.steps  # solved, so stopped
    assert len(result.norms_before) == len(result.norms_after) == 3


def test_the_chrono_initialization_expects_the_gap():
    cell = build_recaller("lstm_chrono", 100, Budget()).recurrence.cell
    assert isinstance(cell, LSTMCell)
    b_i, b_f, *_ = np.split(np.asarray(cell.bias), 4)
    assert np.all((np.log(1) <= b_f) & (b_f <= np.log(99)))
    np.testing.assert_array_equal(b_i, -b_f)


def test_a_run_can_be_repeated():
    first, again = (run_one("elman", 3, 1, ONE_STEP) for _ in range(2))
    assert first._replace(seconds=0) == again._replace(seconds=0)


# === The sweep ===


def fake(cell, gap, seed, budget):
    return Result(cell, gap, seed, 0.5, 10, 1.0, 99, [1.0] * (gap + 1), [1.0] * gap)


def test_finished_runs_are_not_repeated(tmp_path, monkeypatch):
    ran = []

    def run(*key):
        ran.append(key[:3])
        if len(ran) == 3:
            raise KeyboardInterrupt
        return fake(*key)

    monkeypatch.setattr(sweep, "run_one", run)
    chosen = {"cells": ("elman", "lstm"), "gaps": (1, 2), "seeds": (0,)}
    with pytest.raises(KeyboardInterrupt):
        sweep.run_sweep(tmp_path, QUICK, **chosen, progress=False)
    assert len(sweep.read_results(tmp_path)) == 2
    results = sweep.run_sweep(tmp_path, QUICK, **chosen, progress=False)
    assert len(ran) == 5  # the third was stopped and is repeated
    assert len(set(ran)) == len(results) == 4
    kept = {result[:3] for result in sweep.read_results(tmp_path)}
    assert kept == {result[:3] for result in results} == set(ran)


def test_results_of_another_budget_are_not_mixed_in(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep, "run_one", fake)
    chosen = {"cells": ("lstm",), "gaps": (1,), "seeds": (0,), "progress": False}
    sweep.run_sweep(tmp_path, QUICK, **chosen)
    other = dataclasses.replace(QUICK, steps=7)
    with pytest.raises(BadInput, match=r"another budget \(steps differ\)"):
        sweep.run_sweep(tmp_path, other, **chosen)


@pytest.mark.slow  # each process imports TensorFlow first
def test_several_processes_give_the_results_of_one(tmp_path):
    chosen = {
        "cells": ("elman", "lstm"),
        "gaps": (1,),
        "seeds": (0,),
        "progress": False,
    }
    one = sweep.run_sweep(tmp_path / "one", ONE_STEP, **chosen)
    two = sweep.run_sweep(tmp_path / "two", ONE_STEP, **chosen, processes=2)
    for a, b in zip(one, two, strict=True):
        assert (a.cell, a.gap, a.seed, a.parameters) == (
            b.cell,
            b.gap,
            b.seed,
            b.parameters,
        )
        assert a.accuracy == pytest.approx(b.accuracy, abs=0.01)


# === The command ===


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


def test_drawing_without_results_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="no results to draw"):
        gap.main(["--out", str(tmp_path), "--draw"])


def test_a_results_file_of_another_form_is_bad_input(tmp_path):
    (tmp_path / sweep.RESULTS).write_text("no\n")
    with pytest.raises(BadInput, match="not a file of results"):
        sweep.read_results(tmp_path)


@pytest.mark.parametrize("content", ["[]", "null", "{"])
def test_a_budget_file_of_another_form_is_bad_input(tmp_path, content):
    (tmp_path / sweep.BUDGET).write_text(content)
    with pytest.raises(BadInput, match="budget.json cannot be used"):
        sweep.run_sweep(tmp_path, QUICK, progress=False)
    assert (tmp_path / sweep.BUDGET).read_text() == content


def test_the_results_of_a_stopped_sweep_are_drawn(tmp_path, monkeypatch, capsys):
    run = []

    def stopped(*key):
        if len(run) == 3:  # of four
            raise KeyboardInterrupt
        run.append(key)
        return fake(*key)

    monkeypatch.setattr(sweep, "run_one", stopped)
    chosen = {"cells": ("elman", "lstm"), "gaps": (1, 2), "seeds": (0,)}
    with pytest.raises(KeyboardInterrupt):
        sweep.run_sweep(tmp_path, QUICK, **chosen, progress=False)
    assert gap.main(["--out", str(tmp_path), "--draw"]) == 0
    _, short, long, *_ = capsys.readouterr().out.splitlines()
    assert (short.count("0.500 (0.500..0.500), 10"), long.count("0.500 (")) == (1, 2)
    assert short.split()[0] == "1" and long.split()[0] == "2"
    assert (tmp_path / "gap.png").read_bytes().startswith(b"\x89PNG")


def test_the_table_has_mean_least_and_most(tmp_path):
    results = [fake("elman", 1, seed, QUICK) for seed in range(2)]
    results[1] = results[1]._replace(accuracy=0.7, steps=20)
    assert "0.600 (0.500..0.700), 15" in recall_results.table(results)
