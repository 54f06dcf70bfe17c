"""Runs on disk: what is written is read again, and what is broken is named."""

import json
import shutil

import numpy as np
import pytest

from captioning.training.loading import load_run
from captioning.training.manifest import MANIFEST
from captioning.training.run_config import load_facts
from data_prep.errors import BadInput
from data_prep.text.vocabulary import Vocabulary


@pytest.fixture
def run(tiny_run, tmp_path):
    """A copy that a test may break; without manifest no checksum is compared."""
    shutil.copytree(tiny_run, tmp_path / "run")
    (tmp_path / "run" / MANIFEST).unlink()
    return tmp_path / "run"


def test_a_run_is_read_as_it_was_written(tiny_run, tiny_config, harbour_data):
    run = load_run(tiny_run)
    captions = run.task("captions")
    assert captions.config == tiny_config
    assert run.data == {"captions": harbour_data}
    words = Vocabulary.load(harbour_data / "vocabulary.txt").words
    assert captions.vocabulary.words == words
    again = load_run(tiny_run).task("captions")
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")
    np.testing.assert_array_equal(
        captions.model.encode(pixels), again.model.encode(pixels)
    )


def edit_config(run, **changes):
    facts = json.loads((run / "config.json").read_text())
    facts["format"] = changes.pop("format", facts["format"])
    facts["tasks"]["captions"].update(changes)
    (run / "config.json").write_text(json.dumps(facts))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda run: (run / "config.json").unlink(), "no config.json.*train"),
        (lambda run: (run / "config.json").write_text("{"), "cannot be read"),
        (lambda run: edit_config(run, format=99), "format 99.*reads 4"),
        (
            lambda run: edit_config(run, config={"recurrent": {"cells": 3}}),
            "cannot be read",
        ),
        (lambda run: edit_config(run, encoder_fingerprint="old"), "another small"),
        (lambda run: (run / "captions" / "vocabulary.txt").unlink(), "vocabulary"),
        (
            lambda run: (run / "model.weights.h5").unlink(),
            "has no model.weights",
        ),
        (lambda run: (run / "model.weights.h5").write_bytes(b"x"), "does not fit"),
        (
            lambda run: (run / "captions" / "vocabulary.txt").write_text(
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


@pytest.mark.parametrize("method", ["read_text", "is_file"])
def test_a_run_that_may_not_be_read(tmp_path, monkeypatch, method):
    def refused(path, *arguments):
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(f"pathlib.Path.{method}", refused)
    with pytest.raises(BadInput, match="cannot be read .*Permission denied.*expected"):
        load_facts(tmp_path)
