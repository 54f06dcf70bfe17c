"""The README's first command, as a newcomer types it: five minutes a cell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lstm", "elman"])
def test_the_first_command_learns_the_harbour(cell, tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "captioning.train", "--cell", cell],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    table = {}
    for line in answer.stdout.splitlines():
        name, _, value = line.rpartition(" ")
        if value.count(".") == 1 and value.replace(".", "").isdigit():
            table[name.strip()] = float(value)
    assert table["F1 of object"] >= 0.95
    assert table["F1 of colour"] >= 0.95
    assert table["F1 of relation"] >= 0.90
    assert table["on grey pictures"] < 0.40
