"""Time and memory of the command are those of its own process."""

import pytest

from benchmarks.performance import memory
from data_prep.errors import BadInput


def test_the_command_is_measured_on_the_given_number_of_photos(tiny_run):
    found = memory.captioned(tiny_run, 2)
    assert found.seconds > 0
    assert found.peak_bytes > 1e8  # TensorFlow alone


def test_a_failing_command_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_REPORTING", "raise SystemExit('error: no run')")
    with pytest.raises(BadInput, match="captioning.caption.* failed: error: no run"):
        memory.captioned(tmp_path / "no-run", 1)
