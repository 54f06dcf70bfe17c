"""Weights that another made, or a disk damaged: what is wrong is said, unread."""

import shutil

import h5py
import numpy as np
import pytest

from captioning.training.compact_runs import write_compact
from captioning.training.loading import load_run
from captioning.training.manifest import MANIFEST
from data_prep.errors import BadInput

ARRAY = "captions/decoder/attention/query/vars/1"


@pytest.fixture(params=["model.weights.h5", "model.compact.h5"])
def weights(request, tiny_run, tmp_path):
    """The weights of a run, as learned and compact, which has no manifest."""
    if request.param == "model.weights.h5":
        shutil.copytree(tiny_run, tmp_path / "run")
    else:
        write_compact(tiny_run, tmp_path / "run")
    (tmp_path / "run" / MANIFEST).unlink()
    return tmp_path / "run" / request.param


def in_another_file(file, name, shape, tmp_path):
    (tmp_path / "numbers").write_bytes(bytes(10_000))
    outside = [(str(tmp_path / "numbers"), 0, h5py.h5f.UNLIMITED)]
    file.create_dataset(name, shape, "float32", external=outside)


def virtual(file, name, shape, tmp_path):
    layout = h5py.VirtualLayout(shape, "float32")
    layout[...] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", shape)
    file.create_virtual_dataset(name, layout)


def linked(file, name, shape, tmp_path):
    file[name] = h5py.ExternalLink(str(tmp_path / "other.h5"), "x")


def soft_linked(file, name, shape, tmp_path):
    file[name] = h5py.SoftLink("/" + name.replace("vars/1", "vars/0"))


def huge(file, name, shape, tmp_path):
    file.create_dataset(name, (60_000, 60_000), "float32", chunks=(100, 100))


def huge_chunk(file, name, shape, tmp_path):
    file.create_dataset(
        name, shape, "float32", maxshape=(None,), chunks=(200_000_000,), compression=1
    )


def of_strings(file, name, shape, tmp_path):
    file[name] = np.full(shape, b"a")


def not_finite(file, name, shape, tmp_path):
    file[name] = np.full(shape, np.nan, np.float32)


def of_another_shape(file, name, shape, tmp_path):
    file[name] = np.zeros(shape[0] - 1, np.float32)


def missing(file, name, shape, tmp_path):
    pass


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (in_another_file, "is kept in another file"),
        (virtual, "is kept in another file"),
        (linked, "is a link"),
        (soft_linked, "is a link"),
        (huge, "numbers, the model"),
        (huge_chunk, "numbers, the model"),
        (of_strings, "has no numbers"),
        (not_finite, "has values that are no numbers"),
        (of_another_shape, "shape|expected 2 variables"),
        (missing, "missing|expected 2 variables"),
    ],
)
def test_what_weights_may_not_be(put, reason, weights, tmp_path):
    with h5py.File(weights, "r+") as file:
        shape = file[ARRAY].shape
        del file[ARRAY]
        put(file, ARRAY, shape, tmp_path)
    with pytest.raises(BadInput, match=rf"(?s){weights.name} does not fit.*{reason}"):
        load_run(weights.parent, encoder=False)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_weights_that_are_cut_off(share, weights):
    content = weights.read_bytes()
    weights.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BadInput, match="does not fit|is damaged"):
        load_run(weights.parent, encoder=False)
