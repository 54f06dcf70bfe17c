"""Training: what a run leaves, what stops it, and that resuming changes nothing."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.cells import build_cell
from captioning.tasks.captions.task import Captions
from captioning.tasks.config import override
from captioning.tasks.image_encoding import cached_rows
from captioning.training.history import Epoch
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.training.run_config import check_new
from captioning.training.trainer import finished, train
from data_prep.errors import BadInput
from data_prep.prepare import prepare
from data_prep.prepared.captions import SplitCaptions, load_captions
from data_prep.text.standardize import split_words


def plans(config, data):
    return {"captions": Plan(config, data)}


def weights_of(directory):
    return captioner_of(directory).get_weights()


def captioner_of(directory):
    return load_run(directory).task("captions").model


def lines_of(directory):
    with open(directory / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_learns_and_leaves_its_files(tiny_run):
    names = {path.name for path in tiny_run.iterdir()}
    assert names == {
        "config.json",
        "manifest.json",
        "captions",
        "model.weights.h5",
        "history.csv",
        "curves.png",
        "checkpoint",
        "tensorboard",
    }
    lines = lines_of(tiny_run)
    assert [line["epoch"] for line in lines] == ["1", "2"]
    assert (
        float(lines[1]["loss of captions"])
        < float(lines[0]["loss of captions"])
        < np.log(100)
    )
    assert any((tiny_run / "tensorboard").rglob("*tfevents*"))


def test_resuming_a_finished_run_does_nothing(tiny_run, harbour_data, tiny_config):
    before = (tiny_run / "history.csv").read_bytes()
    history = train(plans(tiny_config, harbour_data), tiny_run, resume=True)
    assert len(history) == 2
    assert (tiny_run / "history.csv").read_bytes() == before


def test_a_frozen_encoder_is_trained_on_cached_regions(frozen_run, harbour_data):
    cache = harbour_data / "features" / "efficientnet_lite0-64"
    assert {path.name for path in cache.glob("*.npy")} == {
        "train.npy",
        "train-copy1.npy",
        "dev.npy",
    }
    captioner = captioner_of(frozen_run)
    # The encoder's weights come from their package; the run holds only what it learned.
    size = (frozen_run / "model.weights.h5").stat().st_size
    assert size < 4 * captioner.encoder.count_params()
    assert captioner.encode(np.zeros((1, 64, 64, 3), "float32")).shape[0] == 1


def history(*scores):
    return [
        Epoch(n + 1, {"captions": 1.0}, {"captions": score}, 100.0, n)
        for n, score in enumerate(scores)
    ]


def test_when_training_stops(tiny_config):
    config = override(tiny_config, epochs=5, patience=2, target=0.8).training
    assert not finished([], config)
    assert not finished(history(0.1, 0.2), config)
    assert not finished(history(0.3, 0.2), config)
    assert finished(history(0.3, 0.2, 0.2), config)  # nothing gained in two epochs
    assert finished(history(0.0, 0.0, 0.0), config)
    assert not finished(history(0.3, 0.2, 0.31), config)
    assert finished(history(0.3, 0.81), config)  # the target
    assert finished(history(0.1, 0.2, 0.3, 0.4, 0.5), config)  # all epochs


def test_the_best_epoch_is_kept_not_the_last(
    harbour_data, tiny_config, tmp_path, monkeypatch
):
    scores = iter([0.5, 0.2])
    kept = []

    def scorer(task, dev, rows):
        def score():
            kept.append(task.model.get_weights())
            return next(scores)

        return score

    monkeypatch.setattr(Captions, "_dev_scorer", scorer)
    train(plans(tiny_config, harbour_data), tmp_path / "run")
    for best, saved in zip(kept[0], weights_of(tmp_path / "run"), strict=True):
        np.testing.assert_array_equal(best, saved)


def test_a_run_that_learned_nothing_may_be_begun_again(
    harbour_data, tiny_config, tmp_path, stop_during_epoch
):
    again = tmp_path / "again"
    with pytest.raises(KeyboardInterrupt):
        train(plans(tiny_config, harbour_data), again, callbacks=[stop_during_epoch(0)])
    with pytest.raises(BadInput, match="Begin it again, by the same command"):
        load_run(again)
    # By the same command, and with --resume, which goes on where there is a checkpoint.
    check_new(again)
    once = override(tiny_config, epochs=1)
    assert len(train(plans(once, harbour_data), again, resume=True)) == 1
    assert load_run(again, encoder=False).task("captions").config.training.epochs == 1


def test_captions_that_are_cut_are_counted(harbour_data, tiny_config, capsys):
    captions = load_captions(harbour_data, "train").captions
    words = split_words(tf.constant([caption for five in captions for caption in five]))
    lengths = words.row_lengths().numpy()
    for longest in (12, int(lengths.max()) + 1):
        config = override(tiny_config, max_length=longest)
        of_them = Captions.from_data(config, harbour_data, build_cell("lstm", 24))
        of_them.training_data(harbour_data)
        said = capsys.readouterr().err
        cut = sum(length >= longest for length in lengths)
        assert (f"{cut} of {len(lengths)} captions" in said) is bool(cut)
        assert ("--max-length" in said) is bool(cut)


def test_where_the_dev_score_tells_nothing_the_dev_loss_does(
    harbour_data, tiny_config, tmp_path, monkeypatch, capsys
):
    """CIDEr-D weighs words by how few of the pictures have them: of one it is 0."""
    one = SplitCaptions(*[part[:1] for part in load_captions(harbour_data, "dev")])

    def load(data, name):
        return one if name == "dev" else load_captions(data, name)

    monkeypatch.setattr("captioning.tasks.captions.task.load_captions", load)
    monkeypatch.setattr(
        "captioning.tasks.captions.task.cached_rows",
        lambda config, data, split, **_: cached_rows(config, data, split)[:1],
    )
    config = override(tiny_config, learning_rate=2e-2)
    history = train(plans(config, harbour_data), tmp_path / "run")
    losses = [epoch.dev_loss["captions"] for epoch in history]
    assert [epoch.dev["captions"] for epoch in history] == [0.0, 0.0]
    assert losses[0] != losses[1] and np.all(np.isfinite(losses))
    # The epoch of the smaller loss was kept; its rank is read back from the history.
    said = capsys.readouterr().err
    assert said.count("epochs are compared by the loss on dev") == 1
    assert said.count("best so far, kept") == 1 + (losses[1] < losses[0])
    again = train(plans(config, harbour_data), tmp_path / "run", resume=True)
    assert [epoch.rank for epoch in again] == [epoch.rank for epoch in history]


def test_epochs_are_compared_by_score_then_by_loss():
    def epoch(score, **dev_loss):
        return Epoch(1, {}, {"captions": score}, 1.0, 1.0, dev_loss=dev_loss)

    order = [epoch(0.0, captions=2.0), epoch(0.0, captions=1.5), epoch(0.1), epoch(0.2)]
    assert sorted(reversed(order), key=lambda one: one.rank) == order


def test_bad_starts(tiny_run, harbour_data, tiny_config, tmp_path):
    with pytest.raises(BadInput, match="already holds a run.*--resume"):
        train(plans(tiny_config, harbour_data), tiny_run)
    (tiny_run / "checkpoint").rename(tmp_path / "checkpoint")
    with pytest.raises(BadInput, match="already holds a run"):
        train(plans(tiny_config, harbour_data), tiny_run, resume=True)
    (tmp_path / "checkpoint").rename(tiny_run / "checkpoint")
    other = tmp_path / "other"
    prepare("harbour", None, other, count=20)
    with pytest.raises(BadInput, match="another data set"):
        train(plans(tiny_config, other), tiny_run, resume=True)
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="is a file"):
        train(plans(tiny_config, harbour_data), tmp_path / "file")


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"encoder": "VGG17"}, "VGG17"),
        ({"encoder": "VGG17", "train_encoder": False}, "VGG17"),
        ({"train_encoder": False}, "'small' has no weights"),
        ({"image_size": 8}, "8"),
    ],
)
def test_what_the_knobs_name_must_exist(
    knobs, message, harbour_data, tiny_config, tmp_path
):
    config = override(tiny_config, **knobs)
    with pytest.raises(BadInput, match=message):
        train(plans(config, harbour_data), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_callback_may_stop_training(harbour_data, tiny_config, tmp_path):
    class Enough(keras.callbacks.Callback):
        ended = False

        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = logs["loss"] > 0

        def on_train_end(self, logs=None):
            Enough.ended = True

    history = train(
        plans(tiny_config, harbour_data), tmp_path / "run", callbacks=[Enough()]
    )
    assert len(history) == 1
    assert Enough.ended
