"""A disk that is full: one line, status 2, nothing lost, nothing left behind.

A limit on the size of files stands for it: the same errors from the same calls.
"""

import contextlib
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from captioning import caption, evaluate, export
from captioning.training.manifest import check_manifest
from captioning.training.plans import Plan
from captioning.training.trainer import train
from data_prep.errors import exit_on_bad_input


@contextlib.contextmanager
def room(bytes_a_file):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def told(main, capsys, bytes_a_file=10_000):
    """Return what a command that finds no room says on stdout and stderr."""
    capsys.readouterr()
    with room(bytes_a_file), pytest.raises(SystemExit) as end:
        exit_on_bad_input(main)
    assert end.value.code == 2
    return capsys.readouterr()


def listed(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("bytes_a_file", [5_000, 1_750_000])
def test_a_training_goes_on_when_there_is_room(
    bytes_a_file, harbour_data, tiny_config, tmp_path, capsys
):
    """It stops as the weights are written, and as the first checkpoint is."""
    run, plans = tmp_path / "run", {"captions": Plan(tiny_config, harbour_data)}
    err = told(lambda: train(plans, run, resume=True), capsys, bytes_a_file).err
    assert "error: " in err and "cannot be written (File too large)" in err
    assert "Traceback" not in err
    left = listed(run)
    assert not [name for name in left if "partial" in name or "temp" in name]
    assert ("model.weights.h5" in left) == (bytes_a_file > 5_000)
    check_manifest(run)
    assert len(train(plans, run, resume=True)) == 2


@pytest.mark.parametrize("form", ["savedmodel", "litert", "compact"])
def test_the_export_before_stays(form, tiny_run, tmp_path, capsys):
    out = tmp_path / ("out.tflite" if form == "litert" else "out")
    command = ["--run", str(tiny_run), "--format", form, "--out", str(out), "--force"]
    assert export.main(command) == 0
    files = [path for path in (out, *out.rglob("*")) if path.is_file()]
    before, names = [path.read_bytes() for path in files], listed(tmp_path)
    err = told(lambda: export.main(command), capsys).err
    assert "cannot be written (File too large)" in err
    assert [path.read_bytes() for path in files] == before
    assert listed(tmp_path) == names


def test_scores_are_said_though_captions_find_no_room(tiny_run, tmp_path, capsys):
    out = tmp_path / "said.json"
    command = ["--run", str(tiny_run), "--split", "dev", "--out", str(out)]
    said = told(lambda: evaluate.main(command), capsys, 100)
    assert "CIDEr-D" in said.out and f"{out} cannot be written" in said.err
    assert listed(tmp_path) == []


def test_a_file_of_captions(photos_folder, tmp_path, capsys):
    out = tmp_path / "said.csv"
    command = [str(photos_folder), "--out", str(out), "--no-rerank"]
    said = told(lambda: caption.main(command), capsys, 20)
    assert f"{out} cannot be written" in said.err
    assert listed(tmp_path) == []
    # Room for the captions, and not for what is kept until all are there.
    with room(500):
        assert caption.main(command) == 0
    assert ".said.csv.part cannot be written" in capsys.readouterr().err
    assert listed(tmp_path) == ["said.csv"]
    assert out.read_text().count("\n") == 4


@pytest.fixture(scope="module")
def photos_folder(make_picture, tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for number in range(3):
        make_picture(80, 60, seed=number).save(folder / f"{number}.png")
    return folder


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not there")
def test_standard_output_that_is_full(photos_folder):
    command = [sys.executable, "-m", "captioning.caption", str(photos_folder), "--json"]
    with open("/dev/full", "w") as full:
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1].startswith("error: ")
    assert "No space left on device" in found.stderr
    assert "Traceback" not in found.stderr and "Exception ignored" not in found.stderr
