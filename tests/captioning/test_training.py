"""Training: what a run leaves, what stops it, and that resuming changes nothing."""

import csv
import dataclasses

import keras
import numpy as np
import pytest

from captioning import training
from captioning.runs import load_run
from captioning.training import Epoch, finished, train
from data_prep.errors import BadInput
from data_prep.prepare import prepare


def weights_of(directory):
    return load_run(directory).captioner.get_weights()


def lines_of(directory):
    with open(directory / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_learns_and_leaves_its_files(tiny_run):
    names = {path.name for path in tiny_run.iterdir()}
    assert names == {
        "config.json",
        "vocabulary.txt",
        "captioner.weights.h5",
        "history.csv",
        "curves.png",
        "checkpoint",
        "tensorboard",
    }
    lines = lines_of(tiny_run)
    assert [line["epoch"] for line in lines] == ["1", "2"]
    assert float(lines[1]["loss"]) < float(lines[0]["loss"]) < np.log(100)
    assert any((tiny_run / "tensorboard").rglob("*tfevents*"))


class StopDuringEpoch(keras.callbacks.Callback):
    """What Ctrl-C in the middle of an epoch does."""

    def __init__(self, epoch):
        super().__init__()
        self._stop_at, self._epoch = epoch, 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._epoch == self._stop_at and batch == 1:
            raise KeyboardInterrupt


def test_resuming_is_as_if_nothing_had_happened(
    tiny_run, harbour_data, tiny_config, tmp_path
):
    stopped = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        train(tiny_config, harbour_data, stopped, callbacks=[StopDuringEpoch(1)])
    history = train(tiny_config, harbour_data, stopped, resume=True)
    assert [epoch.epoch for epoch in history] == [1, 2]
    for epoch, line in zip(history, lines_of(tiny_run), strict=True):
        np.testing.assert_allclose(epoch.loss, float(line["loss"]), rtol=1e-4)
    for resumed, straight in zip(
        weights_of(stopped), weights_of(tiny_run), strict=True
    ):
        np.testing.assert_allclose(resumed, straight, atol=1e-3)


def test_resuming_a_finished_run_does_nothing(tiny_run, harbour_data, tiny_config):
    before = (tiny_run / "history.csv").read_bytes()
    history = train(tiny_config, harbour_data, tiny_run, resume=True)
    assert len(history) == 2
    assert (tiny_run / "history.csv").read_bytes() == before


def test_a_frozen_encoder_is_trained_on_cached_regions(
    harbour_data, tiny_config, tmp_path
):
    config = dataclasses.replace(
        tiny_config,
        encoder="efficientnet_lite0",
        train_encoder=False,
        image_size=64,
        mirror=True,
        epochs=1,
    )
    train(config, harbour_data, tmp_path / "run")
    cache = harbour_data / "features" / "efficientnet_lite0-64"
    assert {path.name for path in cache.glob("*.npy")} == {
        "train.npy",
        "train-mirrored.npy",
        "dev.npy",
    }
    run = load_run(tmp_path / "run")
    # The encoder's weights come from their package; the run holds only what it learned.
    sizes = (tmp_path / "run" / "captioner.weights.h5").stat().st_size
    assert sizes < 4 * run.captioner.encoder.count_params()
    assert run.captioner.encode(np.zeros((1, 64, 64, 3), "float32")).shape[0] == 1


def history(*scores):
    return [Epoch(n + 1, 1.0, score, 100.0, n) for n, score in enumerate(scores)]


def test_when_training_stops(tiny_config):
    config = dataclasses.replace(tiny_config, epochs=5, patience=2, target=0.8)
    assert not finished([], config)
    assert not finished(history(0.1, 0.2), config)
    assert not finished(history(0.3, 0.2), config)
    assert finished(history(0.3, 0.2, 0.2), config)  # nothing gained in two epochs
    assert not finished(history(0.3, 0.2, 0.31), config)
    assert finished(history(0.3, 0.81), config)  # the target
    assert finished(history(0.1, 0.2, 0.3, 0.4, 0.5), config)  # all epochs


def test_the_best_epoch_is_kept_not_the_last(harbour_data, tiny_config, tmp_path):
    scores = iter([0.5, 0.2])
    config = dataclasses.replace(tiny_config, epochs=2)
    original = training._dev_scorer
    kept = []

    def scorer(captioner, config, ready):
        def score():
            kept.append(captioner.get_weights())
            return next(scores)

        return score

    training._dev_scorer = scorer
    try:
        train(config, harbour_data, tmp_path / "run")
    finally:
        training._dev_scorer = original
    for best, saved in zip(kept[0], weights_of(tmp_path / "run"), strict=True):
        np.testing.assert_array_equal(best, saved)


def test_bad_starts(tiny_run, harbour_data, tiny_config, tmp_path):
    with pytest.raises(BadInput, match="already holds a run.*--resume"):
        train(tiny_config, harbour_data, tiny_run)
    with pytest.raises(BadInput, match="not a run"):
        train(tiny_config, harbour_data, tmp_path / "none", resume=True)
    (tiny_run / "checkpoint").rename(tmp_path / "checkpoint")
    with pytest.raises(BadInput, match="no checkpoint"):
        train(tiny_config, harbour_data, tiny_run, resume=True)
    (tmp_path / "checkpoint").rename(tiny_run / "checkpoint")
    other = tmp_path / "other"
    prepare("harbour", None, other, count=20, min_count=3)
    with pytest.raises(BadInput, match="another vocabulary"):
        train(tiny_config, other, tiny_run, resume=True)
    unknown = dataclasses.replace(tiny_config, encoder="VGG17", mirror=False)
    with pytest.raises(BadInput, match="VGG17"):
        train(unknown, harbour_data, tmp_path / "unknown")
    with pytest.raises(BadInput, match="gru"):
        train(
            dataclasses.replace(tiny_config, cell="gru"), harbour_data, tmp_path / "gru"
        )
