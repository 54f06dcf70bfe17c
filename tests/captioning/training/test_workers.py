"""Workers: several processes train what one trains, and end when one is lost."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

from captioning.tasks.config import override
from captioning.training.history import read_history
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.training.trainer import train
from data_prep.prepare import prepare

# Exact: nothing is drawn by chance, which each worker does in its own way.
OPTIONS = {"dropout": 0.0, "word_dropout": 0.0, "learning_rate": 1e-3, "epochs": 1}

# The same of a run that starts from another, which has the sizes.
EXACT = {**OPTIONS, "batch_size": 3, "target": 0.0, "precision": "float32"}
EXACT |= {"max_length": 12}


@pytest.fixture(scope="module")
def odd_data(tmp_path_factory):
    """13 scenes: batches of 6, 6, and 1, fewer than there are workers."""
    out = tmp_path_factory.mktemp("data") / "harbour"
    prepare("harbour", None, out, count=13, seed=3)
    return out


@pytest.fixture
def start_workers():
    """Return a function: how many workers of a cluster to start, and flags -> their
    processes. All that still run are killed at the end."""
    processes = []

    def start(number, *flags, of=None):
        ports = [free_port() for _ in range(of or number)]
        cluster = {"worker": [f"localhost:{port}" for port in ports]}
        for index in range(number):
            task = {"type": "worker", "index": index}
            config = json.dumps({"cluster": cluster, "task": task})
            command = [sys.executable, "-m", "captioning.train"]
            processes.append(
                subprocess.Popen(
                    [*command, "--strategy", "multiworker", *map(str, flags)],
                    env={**os.environ, "TF_CONFIG": config},
                    stderr=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    text=True,
                )
            )
        return processes[-number:]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()


def free_port():
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return one.getsockname()[1]


def flags_of(config, **others):
    """Return the flags of what differs from the preset of the harbour, and others."""
    names = ("image_size", "units", "embedding_dim", "attention_dim", "max_length")
    own = {name: config.get(name) for name in (*names, "target", "precision")}
    yield from as_flags({**own, **OPTIONS, **others})


def as_flags(options):
    for name, value in options.items():
        yield from (f"--{name.replace('_', '-')}", value)


def end_well(processes):
    for process in processes:
        said = process.communicate()[1]
        assert process.returncode == 0, said


def weights_of(run):
    found = {}

    def note(name, entry):
        if isinstance(entry, h5py.Dataset) and entry.size:
            found[name] = entry[()]

    with h5py.File(run / "model.weights.h5") as file:
        file.visititems(note)
    return found


def assert_alike(run, other, steps=3):
    """Weights and losses are equal but for the order of sums. Adam divides by the size
    of the gradient, so where that is next to nothing, a step may differ; over many
    steps this grows."""
    many = (steps / 3) ** 2
    for one, two in zip(read_history(run), read_history(other), strict=True):
        np.testing.assert_allclose(
            one.losses["captions"], two.losses["captions"], rtol=1e-5 * many
        )
    weights, others = weights_of(run), weights_of(other)
    assert weights.keys() == others.keys()
    differences = [np.abs(weights[name] - others[name]).ravel() for name in weights]
    differences = np.concatenate(differences)
    assert np.median(differences) < 1e-5 * many
    assert np.mean(differences > 3e-4) < 1e-3 * many


@pytest.fixture(scope="module")
def one_run(odd_data, tiny_config, tmp_path_factory):
    """What a process that is alone makes of batches of 6."""
    config = override(tiny_config, **OPTIONS, batch_size=6)
    directory = tmp_path_factory.mktemp("runs") / "one"
    train({"captions": Plan(config, odd_data)}, directory)
    return directory


def test_two_workers_train_what_one_trains(
    start_workers, odd_data, tiny_config, one_run, tmp_path
):
    flags = [*flags_of(tiny_config, batch_size=3), "--data", odd_data]
    end_well(start_workers(2, *flags, "--run", tmp_path / "two"))
    assert_alike(one_run, tmp_path / "two")


@pytest.mark.slow  # four processes import TensorFlow
def test_four_workers_train_what_one_trains(
    start_workers, odd_data, tiny_config, tmp_path
):
    """Batches of 8 and 5: shares of 2, and of 1, 1, 1 and 2."""
    config = override(tiny_config, **OPTIONS, batch_size=8)
    train({"captions": Plan(config, odd_data)}, tmp_path / "one")
    flags = [*flags_of(tiny_config, batch_size=2), "--data", odd_data]
    end_well(start_workers(4, *flags, "--run", tmp_path / "four"))
    assert_alike(tmp_path / "one", tmp_path / "four")


TWO_DEVICES = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
half = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(cpu, [half, half])
from captioning import train
train.main(sys.argv[1:])
"""


def test_two_devices_train_what_one_trains(odd_data, tiny_config, one_run, tmp_path):
    flags = flags_of(tiny_config, batch_size=3)
    command = [sys.executable, "-c", TWO_DEVICES, "--strategy", "mirrored", *flags]
    command += ["--data", odd_data, "--run", tmp_path / "two"]
    subprocess.run(list(map(str, command)), check=True)
    assert_alike(one_run, tmp_path / "two")


def test_a_worker_that_never_comes_is_told(
    start_workers, odd_data, tiny_config, tmp_path
):
    flags = ("--data", odd_data, "--run", tmp_path / "run", "--worker-minutes", 0.02)
    (process,) = start_workers(1, *flags, of=2)
    said = process.communicate()[1]
    assert process.returncode == -signal.SIGALRM  # 142 of a shell
    assert "waiting for 2 workers, 0.02 minutes at most" in said


def steps_saved(run):
    """Return how many steps of an unfinished epoch the checkpoint of a run has."""
    parts = list((run / "checkpoint").glob("part-*.json"))
    return sum(
        len(json.loads(part.read_text())["losses"]["captions"]) for part in parts
    )


@pytest.mark.slow  # six processes import TensorFlow
def test_sigterm_to_one_ends_both_within_ten_steps_and_both_go_on_exactly(
    start_workers, tiny_config, tmp_path
):
    prepare("harbour", None, tmp_path / "data", count=61, seed=3)
    often = {"batch_size": 1, "checkpoint_minutes": 0}  # every ten of the 31 steps
    flags = [*flags_of(tiny_config, **often), "--data", tmp_path / "data"]
    first, second = start_workers(2, *flags, "--run", tmp_path / "run")
    while not steps_saved(tmp_path / "run"):
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    second.send_signal(signal.SIGTERM)
    for process in (first, second):
        said = process.communicate()[1]
        assert process.returncode == 128 + signal.SIGTERM, said
    assert steps_saved(tmp_path / "run") in (10, 20)
    end_well(start_workers(2, "--run", tmp_path / "run", "--resume"))
    end_well(start_workers(2, *flags, "--run", tmp_path / "straight"))
    weights, others = weights_of(tmp_path / "run"), weights_of(tmp_path / "straight")
    for name in weights:
        np.testing.assert_array_equal(weights[name], others[name], err_msg=name)


@pytest.mark.slow  # two processes import TensorFlow
def test_two_workers_fine_tune_what_one_fine_tunes(
    start_workers, odd_data, tiny_config, tmp_path
):
    frozen = {"encoder": "efficientnet_lite0", "train_encoder": False}
    config = override(tiny_config, **OPTIONS, **frozen, batch_size=6)
    train({"captions": Plan(config, odd_data)}, tmp_path / "start")
    tuned = override(config, fine_tune=2)
    plans = {"captions": Plan(tuned, odd_data)}
    train(plans, tmp_path / "one", start=tmp_path / "start")
    flags = {"data": odd_data, "start_from": tmp_path / "start", "fine_tune": 2}
    flags = as_flags({**EXACT, **flags, "run": tmp_path / "two"})
    end_well(start_workers(2, *flags))
    assert_alike(tmp_path / "one", tmp_path / "two")
    load_run(tmp_path / "two")


@pytest.mark.slow  # two processes import TensorFlow
def test_two_workers_reward_the_captions_that_one_rewards(
    start_workers, odd_data, tiny_config, tmp_path
):
    """The captions that are drawn differ; those of greedy search, before anything is
    learned, do not."""
    config = override(tiny_config, **OPTIONS, batch_size=6)
    config = override(config, epochs=20, learning_rate=1e-2)
    train({"captions": Plan(config, odd_data)}, tmp_path / "start")
    still = {"objective": "self_critical", "baseline": "greedy", "learning_rate": 0.0}
    config = override(config, **still, epochs=1)
    plans = {"captions": Plan(config, odd_data)}
    train(plans, tmp_path / "one", start=tmp_path / "start")
    flags = {"data": odd_data, "start_from": tmp_path / "start", **still}
    flags = as_flags({**EXACT, **flags, "run": tmp_path / "two"})
    end_well(start_workers(2, *flags))
    one, two = (read_history(tmp_path / name)[-1] for name in ("one", "two"))
    baselines = [epoch.metrics["captions.baseline"] for epoch in (one, two)]
    assert baselines[1] == pytest.approx(baselines[0], rel=1e-5) and baselines[0] > 0.1
    rewards = [epoch.metrics["captions.reward"] for epoch in (one, two)]
    assert rewards[1] == pytest.approx(rewards[0], rel=0.3)
    load_run(tmp_path / "two")


@pytest.mark.slow  # six processes import TensorFlow
def test_a_lost_worker_ends_the_others_and_as_many_or_fewer_go_on(
    start_workers, odd_data, tiny_config, tmp_path
):
    options = {**OPTIONS, "epochs": 3}
    flags = [*flags_of(tiny_config, **options, batch_size=3), "--data", odd_data]
    run = tmp_path / "run"
    first, second = start_workers(2, *flags, "--run", run)
    while not (run / "checkpoint" / "checkpoint").exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    second.send_signal(signal.SIGKILL)
    said = first.communicate()[1]
    assert first.returncode == 2
    assert "Another worker ended or does not answer" in said
    config = override(tiny_config, **options, batch_size=6)
    train({"captions": Plan(config, odd_data)}, tmp_path / "straight")
    for number in (2, 1):
        resumed = shutil.copytree(run, tmp_path / f"by-{number}")
        end_well(start_workers(number, "--run", resumed, "--resume"))
        assert_alike(resumed, tmp_path / "straight", steps=9)
