"""What the README's commands learn on the harbour, typed as a newcomer types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def typed(module, *arguments, at):
    """Return what a command of the README prints, typed in a new folder."""
    answer = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lstm", "elman"])
def test_the_first_command_learns_the_harbour(cell, tmp_path):
    table = {}
    answer = typed("captioning.train", "--cell", cell, "--run", "one", at=tmp_path)
    for line in answer.splitlines():
        name, _, value = line.rpartition(" ")
        if value.count(".") == 1 and value.replace(".", "").isdigit():
            table[name.strip()] = float(value)
    assert table["F1 of object"] >= 0.95
    assert table["F1 of colour"] >= 0.95
    assert table["F1 of relation"] >= 0.90
    assert table["on grey pictures"] < 0.40
    table = typed("benchmarks.pointing", "--run", "one", at=tmp_path)
    assert hits_of_all(table) >= 0.50  # runs differ: 0.63 to 0.79; chance is 0.06


def hits_of_all(table):
    """The share of nouns that the table of `benchmarks.pointing` calls hit."""
    header, *lines = table.splitlines()
    (line,) = [line for line in lines if line.startswith("| all |")]
    return float(line.split(" | ")[header.split(" | ").index("hit")])


@pytest.mark.slow
def test_boat_sailor_and_water_find_one_another(tmp_path):
    three = {"boat", "sailor", "water"}
    typed(
        "captioning.train",
        "--task",
        "associations",
        "--run",
        "runs/one",
        at=tmp_path,
    )
    for word in three:
        command = ["captioning.read", "related", word, "--json", "--run", "runs/one"]
        answer = typed(*command, at=tmp_path)
        (related,) = [json.loads(line)["related"] for line in answer.splitlines()]
        assert three - {word} <= {found["word"] for found in related}
