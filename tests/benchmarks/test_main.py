"""The table of all subjects."""

import importlib
import json
from pathlib import Path

import pytest

from benchmarks import __main__ as table
from benchmarks.performance.folder import Folder
from benchmarks.performance.row import Row
from benchmarks.performance.timing import spread
from data_prep.errors import BadInput


@pytest.mark.parametrize("name", table.SUBJECTS)
def test_every_subject_is_a_module_with_rows(name):
    module = importlib.import_module(f"benchmarks.performance.{name}")
    assert module.__doc__.startswith("Rows about ")
    assert callable(module.rows)


def fake_rows(name, given, rounds):
    if name == "search":
        raise BadInput("no run")
    yield Row("ours", "theirs", spread([1.5, 1.0, 3.0]), 1.2, absolute="2 s")
    yield Row("ours", "a limit", spread([90.0]), 95, unit="%")


def test_the_table_continues_after_a_subject_that_fails(monkeypatch, capsys):
    monkeypatch.setattr(table, "rows_of", fake_rows)
    monkeypatch.setattr(table, "chosen_run", lambda flags, task: None)
    assert table.main(["--rows", "search", "recurrence"]) == 2
    shown, errors = capsys.readouterr()
    assert errors == "error: search: no run\n"
    assert shown.splitlines()[2:] == [
        "| ours | theirs | 1.50 (1.00 to 3.00)x | >= 1.2 (reached) | 2 s |",
        "| ours | a limit | 90.0 (90.0 to 90.0)% | >= 95 (MISSED) |  |",
    ]


def test_a_subject_gets_what_it_is_measured_on(monkeypatch):
    asked = []

    def keep(name, given, rounds):
        asked.append((given[table.SUBJECTS[name]], rounds))
        return []

    monkeypatch.setattr(table, "rows_of", keep)
    monkeypatch.setattr(table, "chosen_run", lambda flags, task: pytest.fail("a run"))
    assert table.main(["--rows", "folder", "--photos", "p", "--before", "b"]) == 0
    assert table.main(["--rows", "folder", "--count", "20", "--rounds", "1"]) == 0
    assert asked == [
        (Folder(Path("p"), 2000, Path("b")), table.ROUNDS),
        (Folder(None, 20, None), 1),
    ]


def test_rows_as_json(monkeypatch, capsys):
    monkeypatch.setattr(table, "rows_of", fake_rows)
    assert table.main(["--rows", "recurrence", "--json"]) == 0
    first, _ = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["value"] == {"median": 1.5, "least": 1.0, "most": 3.0}
    assert first["reached"] is True


def test_the_guard_fails_where_a_row_is_far_below_its_bar(monkeypatch, capsys):
    monkeypatch.setattr(table, "rows_of", fake_rows)
    arguments = ["--rows", "recurrence", "--json", "--at-least"]
    assert table.main([*arguments, "0.9"]) == 0
    assert table.main([*arguments, "0.97"]) == 1
    assert "ours, against a limit, is 90.00" in capsys.readouterr().err
