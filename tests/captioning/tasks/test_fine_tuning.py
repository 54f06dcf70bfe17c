"""Fine-tuning: the last stages of the encoder learn, the others stand still."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.encoders import efficientnet_lite
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.config import override
from captioning.tasks.image_encoding import EncoderParts
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.training.run_config import load_facts, start_of
from captioning.training.trainer import train
from data_prep.errors import BadInput


def plans(config, data):
    return {"captions": Plan(config, data)}


@pytest.fixture
def config(tuned_run):
    """The options of the run that fine-tunes."""
    directory, _ = tuned_run
    return load_facts(directory)["captions"].config


def test_it_starts_where_the_other_run_ended(frozen_run, tuned_run, harbour_data):
    captions = load_run(frozen_run, encoder=False).task("captions")
    directory, history = tuned_run
    assert [epoch.epoch for epoch in history] == [0, 1, 2]
    assert (start_of(directory), start_of(frozen_run)) == (frozen_run, None)
    before = captions.training_data(harbour_data).dev_score()
    assert history[0].dev["captions"] == pytest.approx(before, abs=1e-3)
    assert np.isnan(history[0].losses["captions"])


def test_the_last_stages_learn_and_the_others_stand_still(tuned_run, config):
    directory, _ = tuned_run
    below, above = efficientnet_lite.split_encoder(
        config.vision.encoder, config.vision.image_size, 2
    )
    reader = tf.train.load_checkpoint(
        tf.train.latest_checkpoint(directory / "checkpoint")
    )
    # After the last epoch, best or not: none has ImageNet's value any more.
    kept = [reader.get_tensor(name) for name in reader.get_variable_to_shape_map()]
    for weight in above.get_weights():
        alike = [found for found in kept if np.shape(found) == weight.shape]
        assert alike and not any(np.array_equal(weight, found) for found in alike)
    fixed = EncoderParts(config).frozen
    for mine, theirs in zip(fixed.get_weights(), below.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_pixels_and_cached_maps_give_the_same_captions(tuned_run, config):
    directory, _ = tuned_run
    by_rows = load_run(directory, encoder=False).task("captions")
    by_pixels = load_run(directory).task("captions")
    pixels = np.random.default_rng(0).uniform(0, 255, (3, 64, 64, 3)).astype("float32")
    rows = EncoderParts(config).frozen(pixels)
    said, scores = by_rows.captioner()(rows)
    also, also_scores = by_pixels.captioner()(pixels)
    assert said.numpy().tolist() == also.numpy().tolist()
    np.testing.assert_allclose(scores, also_scores, rtol=1e-4)


def encoder_of(directory):
    return load_run(directory, encoder=False).task("captions").model.encoder


@pytest.mark.parametrize("rate", [0.0, 1e-6])
def test_the_encoder_learns_at_its_own_rate(
    rate, frozen_run, harbour_data, config, tmp_path
):
    slow = override(config, encoder_learning_rate=rate, epochs=1)
    history = train(plans(slow, harbour_data), tmp_path / "slow", start=frozen_run)
    assert len(history) == 2
    _, above = efficientnet_lite.split_encoder(
        config.vision.encoder, config.vision.image_size, 2
    )
    reader = tf.train.load_checkpoint(
        tf.train.latest_checkpoint(tmp_path / "slow" / "checkpoint")
    )
    kept = [reader.get_tensor(name) for name in reader.get_variable_to_shape_map()]
    # Adam's steps are at most as long as the rate, or little more; there are four.
    for weight in above.get_weights():
        nearest = min(
            np.abs(found - weight).max()
            for found in kept
            if np.shape(found) == weight.shape
        )
        assert nearest <= 10 * rate + 1e-9


def test_a_stopped_run_goes_on(
    frozen_run, harbour_data, config, tmp_path, stop_during_epoch
):
    """Two optimizers, and captions that are drawn: as if nothing had happened."""
    drawing = override(config, objective="self_critical", num_samples=2)
    straight = train(plans(drawing, harbour_data), tmp_path / "one", start=frozen_run)
    with pytest.raises(KeyboardInterrupt):
        train(
            plans(drawing, harbour_data),
            tmp_path / "two",
            start=frozen_run,
            callbacks=[stop_during_epoch(1)],
        )
    resumed = train(plans(drawing, harbour_data), tmp_path / "two", resume=True)
    assert [epoch.epoch for epoch in resumed] == [0, 1, 2]
    for one, other in zip(straight[1:], resumed[1:], strict=True):
        assert one.losses == pytest.approx(other.losses, rel=1e-4)
        assert one.metrics == pytest.approx(other.metrics, rel=1e-4)
        assert one.dev == pytest.approx(other.dev, abs=1e-4)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"units": 12}, "other sizes"),
        ({"fine_tune": 0, "start": "tuned"}, "would be frozen"),
        ({"fine_tune": 8}, "7 stages, 8"),
        ({"encoder": "VGG16", "fine_tune": 2}, "cannot be fine-tuned"),
    ],
)
def test_what_does_not_fit_is_refused(
    knobs, message, frozen_run, harbour_data, tuned_run, config, tmp_path
):
    start = tuned_run[0] if knobs.pop("start", "") else frozen_run
    config = override(config, **knobs)
    with pytest.raises(BadInput, match=message):
        train(plans(config, harbour_data), tmp_path / "run", start=start)
    assert not (tmp_path / "run").exists()


def test_an_encoder_from_random_weights_has_nothing_to_tune():
    with pytest.raises(ValueError, match="fine_tune is 2"):
        override(CaptionsConfig(), train_encoder=True, fine_tune=2)
