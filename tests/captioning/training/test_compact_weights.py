"""Compact weights: smaller, rounded, and good for every command."""

import json

import h5py
import numpy as np
import pytest

from captioning.tasks.config import override
from captioning.training.compact_runs import write_compact
from captioning.training.compact_weights import STEPS, pack, unpack
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.training.run_config import load_facts
from captioning.training.trainer import train
from data_prep.errors import BadInput


def write(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name.replace("__", "/")] = array
    return path


def test_what_moved_is_kept_in_steps_and_the_rest_in_float16(tmp_path):
    random = np.random.default_rng(0)
    first = random.normal(size=(3, 3, 8, 1)).astype("float32")  # depthwise
    moved = 1e-2 * random.normal(size=first.shape) * np.arange(8)[:, None]
    start = write(tmp_path / "first.h5", encoder__k=first, decoder__k=first[0])
    learned = write(
        tmp_path / "learned.h5", encoder__k=first + moved, decoder__k=first[0]
    )
    pack(learned, start, tmp_path / "packed.h5", moved=("encoder/",))
    with h5py.File(tmp_path / "packed.h5") as packed:
        assert packed["encoder/k"].dtype == np.int8
        assert packed["decoder/k"].dtype == np.float16
    unpack(tmp_path / "packed.h5", start)
    with h5py.File(start) as found:
        error = np.abs(found["encoder/k"][()] - (first + moved))
        half_a_step = np.abs(moved).max(axis=(0, 1, 3)) / STEPS / 2
        # And half a step of float16, in which the sum is kept.
        of_float16 = np.abs(first + moved).max(axis=(0, 1, 3)) * 2.0**-11
        assert np.all(error.max(axis=(0, 1, 3)) <= half_a_step + of_float16 + 1e-6)
        np.testing.assert_allclose(
            found["decoder/k"], first[0], rtol=1.1 * 2**-8, atol=1e-6
        )


def test_matrices_are_rounded_to_the_nearest_and_biases_are_not(tmp_path):
    # With 8 significant bits the next number after 1 is 1 + 2^-7.
    matrix = np.array([[1 + 2**-9, 1 + 2**-7 - 2**-9, 2 - 2**-10, -1.0]], "float32")
    one = write(tmp_path / "one.h5", k=matrix, b=matrix[0])
    pack(one, one, tmp_path / "packed.h5")
    with h5py.File(tmp_path / "packed.h5") as packed:
        np.testing.assert_array_equal(packed["k"], [[1, 1 + 2**-7, 2, -1]])
        np.testing.assert_array_equal(packed["b"], matrix[0])


def test_what_does_not_belong_together_is_refused(tmp_path):
    one = write(tmp_path / "one.h5", k=np.ones((2, 3), "float32"))
    other = write(tmp_path / "other.h5", k=np.ones((3, 2), "float32"))
    pack(one, one, tmp_path / "packed.h5")
    with pytest.raises(ValueError, match="k has the shape"):
        unpack(tmp_path / "packed.h5", other)


@pytest.fixture(scope="module")
def tuned_run(frozen_run, harbour_data, tmp_path_factory):
    config = override(
        load_facts(frozen_run)["captions"].config,
        fine_tune=1,
        encoder_learning_rate=1e-2,
        epochs=1,
    )
    directory = tmp_path_factory.mktemp("runs") / "tuned"
    train({"captions": Plan(config, harbour_data)}, directory, start=frozen_run)
    return directory


@pytest.mark.parametrize("kind", ["tuned_run", "frozen_run", "joint_run"])
def test_a_compact_run_is_a_run(kind, request, tmp_path):
    directory = request.getfixturevalue(kind)
    out = tmp_path / "compact"
    write_compact(directory, out)
    write_compact(directory, out)  # over the one before
    size = (out / "model.compact.h5").stat().st_size
    assert size < 0.7 * (directory / "model.weights.h5").stat().st_size
    with h5py.File(out / "model.compact.h5") as packed:
        in_steps = []
        packed.visititems(lambda name, item: in_steps.append("step" in item.attrs))
        assert any(in_steps) == (kind == "tuned_run")
    for name, task in load_run(out).tasks.items():
        whole = load_run(directory).task(name).model.get_weights()
        for mine, theirs in zip(task.model.get_weights(), whole, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1.1 * 2**-8, atol=1e-3)
    told = json.loads((out / "config.json").read_text())
    assert all(not p["data"].startswith("/") for p in told["tasks"].values())


def test_nothing_else_is_written_over(frozen_run, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BadInput, match="not a compact run"):
        write_compact(frozen_run, tmp_path)
    with pytest.raises(BadInput, match="cannot be made .Not a directory"):
        write_compact(frozen_run, tmp_path / "mine" / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
