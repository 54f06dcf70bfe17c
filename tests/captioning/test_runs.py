"""Runs on disk: what is written is read again, and what is broken is named."""

import json
import shutil

import numpy as np
import pytest

from captioning.runs import load_facts, load_run, newest
from data_prep.errors import BadInput
from data_prep.vocabulary import Vocabulary


@pytest.fixture
def run(tiny_run, tmp_path):
    """A copy that a test may break."""
    return shutil.copytree(tiny_run, tmp_path / "run")


def test_a_run_is_read_as_it_was_written(tiny_run, tiny_config, harbour_data):
    run = load_run(tiny_run)
    assert run.config == tiny_config
    assert run.data == str(harbour_data)
    assert (
        run.vocabulary.words == Vocabulary.load(harbour_data / "vocabulary.txt").words
    )
    again = load_run(tiny_run)
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")
    np.testing.assert_array_equal(
        run.captioner.encode(pixels), again.captioner.encode(pixels)
    )


def edit_config(run, **changes):
    facts = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**facts, **changes}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: (run / "config.json").unlink(), "no config.json.*train"),
        (lambda run: (run / "config.json").write_text("{"), "cannot be read"),
        (lambda run: edit_config(run, format=99), "format 99.*reads 1"),
        (lambda run: edit_config(run, config={"cells": 3}), "cannot be read"),
        (lambda run: edit_config(run, encoder_fingerprint="old"), "another small"),
        (lambda run: (run / "vocabulary.txt").unlink(), "vocabulary"),
        (
            lambda run: (run / "captioner.weights.h5").unlink(),
            "has no captioner.weights",
        ),
        (lambda run: (run / "captioner.weights.h5").write_bytes(b"x"), "does not fit"),
        (
            lambda run: (run / "vocabulary.txt").write_text(
                "<pad>\n<unk>\n<start>\n<end>\nboat\n"
            ),
            "does not fit",
        ),
    ],
)
def test_a_broken_run_is_named(run, damage, message):
    damage(run)
    with pytest.raises(BadInput, match=message):
        load_run(run)


def test_no_such_directory(tmp_path):
    with pytest.raises(BadInput, match="not a run"):
        load_facts(tmp_path / "nothing")


def test_the_newest_finished_run(tmp_path):
    with pytest.raises(BadInput, match="no run under.*captioning.train"):
        newest(tmp_path)
    import os

    for name, when in (("a", 300), ("b", 500), ("c", 400)):
        (tmp_path / name).mkdir()
        weights = tmp_path / name / "captioner.weights.h5"
        weights.touch()
        os.utime(weights, (when, when))
    (tmp_path / "unfinished").mkdir()
    assert newest(tmp_path) == tmp_path / "b"
