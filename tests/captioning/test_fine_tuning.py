"""Fine-tuning: the last stages of the encoder learn, the others stand still."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from captioning import vision
from captioning.config import Config
from captioning.encoders import efficientnet_lite
from captioning.runs import Plan, load_facts, load_run
from captioning.training import train
from data_prep.errors import BadInput


def plans(config, data):
    return {"captions": Plan(config, data)}


@pytest.fixture(scope="module")
def tuned_run(frozen_run, harbour_data, tmp_path_factory):
    """A run that starts from the frozen one and fine-tunes two stages."""
    config = dataclasses.replace(
        load_facts(frozen_run)["captions"].config,
        fine_tune=2,
        encoder_learning_rate=1e-3,
        epochs=2,
    )
    directory = tmp_path_factory.mktemp("runs") / "tuned"
    history = train(plans(config, harbour_data), directory, start=frozen_run)
    assert [epoch.epoch for epoch in history] == [0, 1, 2]
    return directory, history, config


def test_it_starts_where_the_other_run_ended(frozen_run, tuned_run, harbour_data):
    captions = load_run(frozen_run, encoder=False).pattern("captions")
    _, history, _ = tuned_run
    before = captions.feed(harbour_data).dev_score()
    assert history[0].dev["captions"] == pytest.approx(before, abs=1e-3)
    assert np.isnan(history[0].losses["captions"])


def test_the_last_stages_learn_and_the_others_stand_still(tuned_run):
    directory, _, config = tuned_run
    below, above = efficientnet_lite.split_encoder(config.encoder, config.image_size, 2)
    reader = tf.train.load_checkpoint(
        tf.train.latest_checkpoint(directory / "checkpoint")
    )
    # After the last epoch, whichever was the best: none has ImageNet's value any more.
    kept = [reader.get_tensor(name) for name in reader.get_variable_to_shape_map()]
    for weight in above.get_weights():
        alike = [found for found in kept if np.shape(found) == weight.shape]
        assert alike and not any(np.array_equal(weight, found) for found in alike)
    fixed = vision.fixed_encoder(config)
    for mine, theirs in zip(fixed.get_weights(), below.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_pixels_and_cached_maps_give_the_same_captions(tuned_run, harbour_data):
    directory, _, config = tuned_run
    by_rows = load_run(directory, encoder=False).pattern("captions")
    by_pixels = load_run(directory).pattern("captions")
    pixels = np.random.default_rng(0).uniform(0, 255, (3, 64, 64, 3)).astype("float32")
    rows = vision.fixed_encoder(config)(pixels)
    said, scores = by_rows.captioner()(rows)
    also, also_scores = by_pixels.captioner()(pixels)
    assert said.numpy().tolist() == also.numpy().tolist()
    np.testing.assert_allclose(scores, also_scores, rtol=1e-4)


def test_the_encoder_learns_at_its_own_rate(
    frozen_run, harbour_data, tuned_run, tmp_path
):
    *_, config = tuned_run
    still = dataclasses.replace(config, encoder_learning_rate=0.0, epochs=1)
    train(plans(still, harbour_data), tmp_path / "still", start=frozen_run)
    learned = load_run(tmp_path / "still", encoder=False).pattern("captions").model
    _, above = efficientnet_lite.split_encoder(config.encoder, config.image_size, 2)
    for mine, theirs in zip(
        learned.encoder.get_weights(), above.get_weights(), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-7)


def test_a_stopped_run_goes_on(frozen_run, harbour_data, tuned_run, tmp_path):
    directory, history, config = tuned_run
    again = train(plans(config, harbour_data), directory, resume=True)
    assert [epoch.epoch for epoch in again] == [0, 1, 2]
    assert again[-1].dev == pytest.approx(history[-1].dev)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"units": 12}, "other sizes"),
        ({"fine_tune": 8}, "7 stages, 8"),
        ({"encoder": "VGG16", "fine_tune": 2}, "cannot be fine-tuned"),
    ],
)
def test_what_does_not_fit_is_refused(
    knobs, message, frozen_run, harbour_data, tuned_run, tmp_path
):
    config = dataclasses.replace(tuned_run[2], **knobs)
    with pytest.raises(BadInput, match=message):
        train(plans(config, harbour_data), tmp_path / "run", start=frozen_run)
    assert not (tmp_path / "run").exists()


def test_an_encoder_from_random_weights_has_nothing_to_tune():
    with pytest.raises(ValueError, match="fine_tune is 2"):
        Config(train_encoder=True, fine_tune=2)
