"""The newest run of a task is the one whose weights are the newest."""

import os

import pytest

from captioning.training.newest_run import newest
from data_prep.errors import BadInput


def test_the_newest_run(tmp_path):
    with pytest.raises(BadInput, match="no run under.*captioning.train"):
        newest("captions", tmp_path)

    for name, kept, when in (
        ("a", "weights", 300),
        ("b", "weights", 500),
        ("c", "compact", 400),
    ):
        (tmp_path / name / "captions").mkdir(parents=True)
        weights = tmp_path / name / f"model.{kept}.h5"
        weights.touch()
        os.utime(weights, (when, when))
    (tmp_path / "without weights" / "captions").mkdir(parents=True)
    (tmp_path / "b" / "captions").rename(tmp_path / "b" / "tags")
    assert newest("captions", tmp_path) == tmp_path / "c"
    assert newest("tags", tmp_path) == tmp_path / "b"
