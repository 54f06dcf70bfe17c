"""Stops: a training that is interrupted, killed or asked to end goes on exactly."""

import csv
import os
import shutil
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.tasks.config import override
from captioning.training.plans import Plan
from captioning.training.trainer import train
from data_prep.atomic import only_writer
from data_prep.errors import BadInput, Terminated


def plans(config, data):
    return {"captions": Plan(config, data)}


def checkpoint_of(directory):
    reader = tf.train.load_checkpoint(
        tf.train.latest_checkpoint(directory / "checkpoint")
    )
    return {
        name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
    }


def lines_of(directory):
    with open(directory / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_resuming_is_as_if_nothing_had_happened(
    tiny_run, harbour_data, tiny_config, tmp_path, stop_during_epoch
):
    stopped = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        train(
            plans(tiny_config, harbour_data), stopped, callbacks=[stop_during_epoch(1)]
        )
    history = train(plans(tiny_config, harbour_data), stopped, resume=True)
    assert [epoch.epoch for epoch in history] == [1, 2]
    for epoch, line in zip(history, lines_of(tiny_run), strict=True):
        np.testing.assert_allclose(
            epoch.losses["captions"], float(line["loss of captions"]), rtol=1e-4
        )
    # All of the state at the end: weights, optimizer, averages, dropout's seeds.
    resumed, straight = checkpoint_of(stopped), checkpoint_of(tiny_run)
    assert resumed.keys() == straight.keys() and len(resumed) > 100
    for name, value in straight.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(resumed[name], value, atol=1e-3, err_msg=name)


def test_what_a_run_starts_with_is_measured_again(
    tiny_run, harbour_data, tiny_config, tmp_path, stop_during_epoch
):
    """After a kill before the first checkpoint; the command with --resume names no
    start. Without its line a run could become worse than what it started with."""
    stopped = tmp_path / "stopped"
    config = override(tiny_config, epochs=1)
    with pytest.raises(KeyboardInterrupt):
        train(
            plans(config, harbour_data),
            stopped,
            start=tiny_run,
            callbacks=[stop_during_epoch(0)],
        )
    history = train(plans(config, harbour_data), stopped, resume=True)
    assert [epoch.epoch for epoch in history] == [0, 1]


class SignalDuringEpoch(keras.callbacks.Callback):
    """Sends a signal in the second step of an epoch; counts the steps."""

    def __init__(self, number=None, epoch=0):
        super().__init__()
        self._signal, self._epoch, self._now, self.steps = number, epoch, 0, 0

    def on_epoch_begin(self, epoch, logs=None):
        self._now = epoch

    def on_train_batch_begin(self, batch, logs=None):
        self.steps += 1
        if self._signal and self._now == self._epoch and batch == 1:
            os.kill(os.getpid(), self._signal)


@pytest.mark.parametrize(
    ("number", "end", "epoch"),
    [(signal.SIGTERM, Terminated, 0), (signal.SIGINT, KeyboardInterrupt, 1)],
)
def test_a_signal_ends_training_where_it_goes_on_exactly(
    number, end, epoch, tiny_run, harbour_data, tiny_config, tmp_path
):
    stopped, handler = tmp_path / "stopped", signal.getsignal(number)
    first, second = SignalDuringEpoch(number, epoch), SignalDuringEpoch()
    with pytest.raises(end):
        train(plans(tiny_config, harbour_data), stopped, callbacks=[first])
    assert signal.getsignal(number) is handler
    history = train(
        plans(tiny_config, harbour_data), stopped, resume=True, callbacks=[second]
    )
    # The step in which the signal came was finished, and no step was taken twice.
    assert first.steps == 4 * epoch + 2 and first.steps + second.steps == 2 * 4
    for one, line in zip(history, lines_of(tiny_run), strict=True):
        np.testing.assert_allclose(
            one.losses["captions"], float(line["loss of captions"]), rtol=1e-4
        )
    resumed, straight = checkpoint_of(stopped), checkpoint_of(tiny_run)
    assert resumed.keys() == straight.keys()
    for name, value in straight.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(resumed[name], value, atol=1e-3, err_msg=name)
    assert not list((stopped / "checkpoint").glob("part-*"))


def test_a_killed_training_loses_no_more_than_the_checkpoint_minutes(
    harbour_data, tiny_config, tmp_path, stop_during_epoch
):
    config = override(tiny_config, checkpoint_minutes=0.0)  # after each step
    rest = SignalDuringEpoch()
    with pytest.raises(KeyboardInterrupt):  # in its second step, as at once as SIGKILL
        train(
            plans(config, harbour_data),
            tmp_path / "run",
            callbacks=[stop_during_epoch(1)],
        )
    train(plans(config, harbour_data), tmp_path / "run", resume=True, callbacks=[rest])
    assert rest.steps == 3


def test_a_second_training_is_refused(harbour_data, tiny_config, tiny_run, tmp_path):
    for directory in (tmp_path / "new", tiny_run):
        with only_writer(directory):
            for resume in (False, True):
                with pytest.raises(BadInput, match="written by another process"):
                    train(plans(tiny_config, harbour_data), directory, resume=resume)
    assert not (tmp_path / "new").exists()


def without(pattern):
    def damage(run):
        for file in run.glob(pattern):
            file.unlink()

    return damage


def shorter(pattern, share):
    def damage(run):
        for file in run.glob(pattern):
            content = file.read_bytes()
            file.write_bytes(content[: int(share * len(content))])

    return damage


def flipped(pattern):
    def damage(run):
        for file in run.glob(pattern):
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        without("history.csv"),
        lambda run: (run / "history.csv").write_text(
            "".join((run / "history.csv").read_text().splitlines(True)[:-1])
        ),
        without("checkpoint/*.data-*"),
        shorter("checkpoint/*.data-*", 0.5),
        shorter("checkpoint/*.data-*", 0),
        flipped("checkpoint/*.data-*"),
        shorter("checkpoint/*.index", 0.5),
        flipped("checkpoint/*.index"),
        flipped("captions/vocabulary.txt"),
        flipped("config.json"),
    ],
)
def test_a_damaged_run_is_not_gone_on_with(
    damage, tiny_run, harbour_data, tiny_config, tmp_path
):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    damage(run)
    with pytest.raises(BadInput, match="damaged|no checkpoint|altered"):
        train(plans(tiny_config, harbour_data), run, resume=True)
