"""Several heads in one run: their turns, their passes, and going on after a stop."""

import dataclasses
import itertools

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.tasks.config import override
from captioning.tasks.task import TrainingData
from captioning.training.datasets import data_sets
from captioning.training.loading import load_run
from captioning.training.streams import _batches
from captioning.training.trainer import train
from captioning.training.workers import ALONE
from data_prep.errors import BadInput


def test_a_stream_goes_on_where_it_was_left_and_from_pass_to_pass():
    feed = TrainingData(
        lambda epoch, share: tf.data.Dataset.range(10 * epoch, 10 * epoch + 4),
        4,
        4,
        None,
    )
    seen = [int(number) for number in itertools.islice(_batches(feed, 6, ALONE), 7)]
    assert seen == [12, 13, 20, 21, 22, 23, 30]


@pytest.fixture
def text_plans(joint_plans):
    """Two readers whose passes end at different steps than the run's epochs."""
    sentiment, translation = joint_plans["sentiment"], joint_plans["translation"]
    knobs = {"dropout": 0.2, "word_dropout": 0.2, "readout_dropout": 0.2}
    return {
        "sentiment": sentiment._replace(
            config=override(sentiment.config, epochs=2, **knobs)
        ),
        "translation": translation._replace(
            config=override(translation.config, epochs=3, dropout=0.2)
        ),
    }


def checkpoint_of(directory):
    reader = tf.train.load_checkpoint(
        tf.train.latest_checkpoint(directory / "checkpoint")
    )
    return {
        name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
    }


class StopInSecondEpoch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self._second = epoch == 1

    def on_train_batch_end(self, batch, logs=None):
        if self._second and batch == 1:
            raise KeyboardInterrupt


def test_resuming_two_heads_is_as_if_nothing_had_happened(text_plans, tmp_path):
    straight, stopped = tmp_path / "straight", tmp_path / "stopped"
    train(text_plans, straight)
    with pytest.raises(KeyboardInterrupt):
        train(text_plans, stopped, callbacks=[StopInSecondEpoch()])
    train(text_plans, stopped, resume=True)
    expected, found = checkpoint_of(straight), checkpoint_of(stopped)
    assert found.keys() == expected.keys()
    for owner in ("sentiment", "translation", "shared"):
        assert any(f"optimizers/{owner}/" in name for name in expected)
    for name, value in expected.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(found[name], value, atol=1e-3, err_msg=name)


def test_what_is_loaded_scores_what_was_kept(joint_run, joint_plans):
    header, line = (joint_run / "history.csv").read_text().splitlines()
    told = dict(zip(header.split(","), map(float, line.split(",")), strict=True))
    run = load_run(joint_run, encoder=False)
    for name, task in run.tasks.items():
        score = task.training_data(joint_plans[name].data).dev_score()
        np.testing.assert_allclose(score, told[f"dev score of {name}"], atol=1e-4)


def test_weights_are_kept_without_the_optimizers(joint_run):
    with h5py.File(joint_run / "model.weights.h5") as file:
        assert "captions" in file and "optimizer" not in file


def test_one_cell_must_not_read_of_the_photos_it_is_scored_on(
    harbour_data, phrasebook_data, moods_data, monkeypatch
):
    """Multi30k describes Flickr8k's test photos, if they were not left out."""
    from data_prep.prepared.dataset_info import DatasetInfo

    load, notes = DatasetInfo.load, {}

    def renamed(data):
        info = load(data)
        names = {"harbour": "flickr8k", "phrasebook": "multi30k"}
        name = names.get(info.name, info.name)
        return dataclasses.replace(info, name=name, notes={**info.notes, **notes})

    monkeypatch.setattr(DatasetInfo, "load", renamed)
    given = [harbour_data, phrasebook_data, moods_data]
    tasks = ("captions", "sentiment", "translation")
    with pytest.raises(BadInput, match="--leave-out"):
        data_sets(tasks, given)
    notes["left out"] = "the lines about them"
    assert data_sets(tasks, given)["translation"] == phrasebook_data
