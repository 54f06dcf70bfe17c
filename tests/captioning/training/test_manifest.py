"""Manifests: what was altered after it was written is named, and nothing else is."""

import json
import os
import shutil

import pytest

from captioning.inference.saved_model import load_server
from captioning.training.compact_runs import write_compact
from captioning.training.loading import load_run
from captioning.training.manifest import MANIFEST, check_manifest, replacing_file
from data_prep.errors import BadInput
from data_prep.prepared.checksums import file_sha256


@pytest.fixture
def run(tiny_run, tmp_path):
    return shutil.copytree(tiny_run, tmp_path / "run")


def flip(path, place=0.5):
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["config.json", "captions/vocabulary.txt", "model.weights.h5"]
)
def test_one_flipped_bit_of_a_run_is_found(name, run):
    flip(run / name)
    with pytest.raises(BadInput, match=f"{name} was altered.*remove .*manifest.json"):
        load_run(run, encoder=False)


def test_one_flipped_bit_of_a_compact_run_is_found(tiny_run, tmp_path):
    write_compact(tiny_run, tmp_path / "compact")
    load_run(tmp_path / "compact", encoder=False)
    flip(tmp_path / "compact" / "model.compact.h5")
    with pytest.raises(BadInput, match="model.compact.h5 was altered"):
        load_run(tmp_path / "compact", encoder=False)


@pytest.mark.parametrize(
    "name",
    [
        *("saved_model.pb", "captioning_export.json"),
        *("variables/variables.index", "variables/variables.data-00000-of-00001"),
    ],
)
def test_one_flipped_bit_of_an_export_is_found(name, tiny_saved_model, tmp_path):
    export = shutil.copytree(tiny_saved_model, tmp_path / "export")
    load_server(export, "captions")
    flip(export / name, 0.99 if name.endswith(".json") else 0.5)
    with pytest.raises(BadInput, match=f"{name} was altered|without a readable {name}"):
        load_server(export, "captions")


def test_a_run_of_an_earlier_version_is_not_checked(run):
    (run / MANIFEST).unlink()
    load_run(run, encoder=False)


def test_a_manifest_that_says_nothing_is_refused(run):
    for content in ("", "{", "[]", '{"sha256": [1]}', '{"sha256": {"a": "b"}}'):
        (run / MANIFEST).write_text(content)
        with pytest.raises(BadInput, match="manifest.json cannot be read"):
            load_run(run, encoder=False)


def test_names_lead_to_files_only(run, tmp_path):
    (run / MANIFEST).write_text(json.dumps({"sha256": {"../x\0": [], "\x1b[31m": []}}))
    load_run(run, encoder=False)  # neither is there
    (run / MANIFEST).write_text(json.dumps({"sha256": {"../../../dev/zero": []}}))
    load_run(run, encoder=False)
    (run / MANIFEST).write_text(json.dumps({"sha256": {"captions": []}}))
    with pytest.raises(BadInput, match="captions was altered"):  # a folder
        load_run(run, encoder=False)
    (run / MANIFEST).write_text(json.dumps({"sha256": {"x" * 999: []}}))
    with pytest.raises(BadInput, match="xxx was altered"):
        load_run(run, encoder=False)


def test_a_file_is_replaced_with_its_checksum_or_not_at_all(run):
    before = (run / MANIFEST).read_bytes(), (run / "config.json").read_bytes()
    with pytest.raises(RuntimeError), replacing_file(run, "config.json") as partial:
        partial.write_text("{}")
        raise RuntimeError
    assert before == ((run / MANIFEST).read_bytes(), (run / "config.json").read_bytes())
    assert not list(run.glob("partial-*"))
    with replacing_file(run, "config.json") as partial:
        partial.write_bytes(before[1] + b"\n")
    check_manifest(run)


def test_a_kill_before_the_file_takes_its_place_leaves_a_run(run, monkeypatch):
    before = (run / "model.weights.h5").read_bytes()
    old = file_sha256(run / "model.weights.h5")

    replace = os.replace

    def killed(source, target):
        if target == run / "model.weights.h5":
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(os, "replace", killed)
        with replacing_file(run, "model.weights.h5") as partial:
            partial.write_bytes(b"new")
    sums = json.loads((run / MANIFEST).read_text())["sha256"]["model.weights.h5"]
    assert sums[1] == old  # beside the new one
    load_run(run, encoder=False)
    # The same once more, as by a training that is resumed, changes no sum.
    with replacing_file(run, "model.weights.h5") as partial:
        partial.write_bytes(b"new")
    assert (
        json.loads((run / MANIFEST).read_text())["sha256"]["model.weights.h5"] == sums
    )
    (run / "model.weights.h5").write_bytes(before)
    # The next one takes the place of the one that never was.
    with replacing_file(run, "model.weights.h5") as partial:
        shutil.copy(run / "model.weights.h5", partial)
    load_run(run, encoder=False)
