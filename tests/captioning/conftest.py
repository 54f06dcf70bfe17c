"""Small models and batches."""

import json
import shutil

import numpy as np
import pytest

from data_prep.text.special_tokens import END, PAD, START, UNK

VOCABULARY, REGIONS, REGION_DIM = 11, 6, 5


@pytest.fixture
def tokens():
    """The special tokens of the small vocabulary of eleven."""
    from captioning.decoding import SpecialTokens

    return SpecialTokens(start=START, end=END, pad=PAD, banned=(PAD, UNK, START))


@pytest.fixture(scope="session")
def stop_during_epoch():
    """Return a callback class that stops training like Ctrl-C during an epoch."""
    import keras

    class StopDuringEpoch(keras.callbacks.Callback):
        def __init__(self, epoch):
            super().__init__()
            self._stop_at, self._epoch = epoch, 0

        def on_epoch_begin(self, epoch, logs=None):
            self._epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if self._epoch == self._stop_at and batch == 1:
                raise KeyboardInterrupt

    return StopDuringEpoch


@pytest.fixture
def small_captioner(seeded):
    """Return a function: a seeded captioner over regions (B, 6, 5)."""
    from captioning.models.captioner import Captioner
    from captioning.models.decoder import Decoder
    from captioning.nn.cells import build_cell

    def build(cell="lstm", vocabulary_size=VOCABULARY, dropout=0.0, word_dropout=0.0):
        cell = build_cell(cell, 12)
        decoder = Decoder(vocabulary_size, 16, cell, 8, dropout, word_dropout)
        decoder.build((None, REGIONS, REGION_DIM))
        captioner = Captioner(None, decoder)
        captioner.built = True
        return captioner

    return build


@pytest.fixture
def random_batch():
    """Return a function: a batch of pictures with captions of random words."""
    import tensorflow as tf

    from data_prep.pipeline.image_batches import Batch

    def make(num_images=3, captions_each=2, longest=7, vocabulary_size=VOCABULARY):
        random = np.random.default_rng(5)
        num_captions = num_images * captions_each
        token_ids = np.full((num_captions, longest + 2), PAD, np.int32)
        for row, length in enumerate(random.integers(2, longest + 1, num_captions)):
            words = random.integers(4, vocabulary_size, length)
            token_ids[row, : length + 2] = [START, *words, END]
        regions = random.random((num_images, REGIONS, REGION_DIM))
        return Batch(
            inputs=tf.constant(regions, tf.float32),
            token_ids=tf.constant(token_ids),
            caption_to_image=tf.repeat(tf.range(num_images), captions_each),
            image_numbers=tf.range(num_images),
        )

    return make


@pytest.fixture
def of_keras():
    """Return a function: a `Batch` -> the dict that `Captioner` is called with."""

    def inputs(batch):
        return {
            "images": batch.inputs,
            "token_ids": batch.token_ids,
            "caption_to_image": batch.caption_to_image,
        }

    return inputs


@pytest.fixture
def train_step():
    """Return a function: the training of a small captioner, nothing smoothed.

    Its `step(batch)` learns, its `loss(batch)` is what it learns from.
    """
    import tensorflow as tf

    from captioning.tasks.captions.config import CaptionsConfig
    from captioning.tasks.captions.loss import captioning_loss
    from captioning.tasks.config import override
    from captioning.training.objective import Objective
    from captioning.training.train_step import TrainStep
    from data_prep.pipeline.image_batches import Batch

    spec = Batch(
        inputs=tf.TensorSpec((None, REGIONS, REGION_DIM), tf.float32),
        token_ids=tf.TensorSpec((None, None), tf.int32),
        caption_to_image=tf.TensorSpec((None,), tf.int32),
        image_numbers=tf.TensorSpec((None,), tf.int32),
    )

    def make(captioner, total_steps=400, started=False, **options):
        config = override(
            CaptionsConfig(), weight_decay=0.0, precision="float32", **options
        )

        def loss(batch):
            return captioning_loss(captioner, batch, 0.0, training=True)

        objective = Objective(captioner, loss, spec, config, total_steps, started)
        return TrainStep({"captions": objective})

    return make


@pytest.fixture(scope="session")
def reranked_run(tiny_run, tmp_path_factory):
    """`tiny_run` with a reranker, of four beams."""
    from unittest import mock

    from captioning.commands import rerank
    from captioning.tasks.captions import reranker_choice

    directory = tmp_path_factory.mktemp("runs") / "reranked"
    shutil.copytree(tiny_run, directory)
    with mock.patch.object(reranker_choice, "BEAMS", (4,)):  # measured in the end
        assert rerank.main(["--run", str(directory), "--beams", "4"]) == 0
    return directory


# === Fine-tuned, exported ===


@pytest.fixture(scope="session")
def tuned_run(frozen_run, harbour_data, tmp_path_factory):
    """A run that starts from the frozen one and fine-tunes two stages; its history."""
    from captioning.tasks.config import override
    from captioning.training.plans import Plan
    from captioning.training.run_config import load_facts
    from captioning.training.trainer import train

    config = override(
        load_facts(frozen_run)["captions"].config,
        fine_tune=2,
        encoder_learning_rate=1e-3,
        epochs=2,
    )
    directory = tmp_path_factory.mktemp("runs") / "tuned"
    plans = {"captions": Plan(config, harbour_data)}
    return directory, train(plans, directory, start=frozen_run)


@pytest.fixture(scope="session")
def tiny_saved_model(tiny_run, tmp_path_factory):
    """The SavedModel of `tiny_run`; it searches with the run's own number of beams."""
    from captioning.inference.saved_model import write_saved_model

    directory = tmp_path_factory.mktemp("saved_model") / "tiny"
    write_saved_model(tiny_run, directory)
    return directory


# === Five tasks over one cell ===


@pytest.fixture(scope="session")
def moods_data(tmp_path_factory):
    """Prepared moods of 120 training sentences."""
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("data") / "moods"
    prepare("moods", None, out, count=120, seed=1)
    return out


@pytest.fixture(scope="session")
def phrasebook_data(tmp_path_factory):
    """A prepared phrase book of 60 training sentences in three languages."""
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("data") / "phrasebook"
    prepare("phrasebook", None, out, count=60, seed=1)
    return out


@pytest.fixture(scope="session")
def joint_plans(tiny_config, harbour_data, moods_data, phrasebook_data):
    """Plans of all five tasks, small, over one cell."""
    from captioning.tasks.registry import config_class
    from captioning.training.plans import Plan

    data = {
        "captions": harbour_data,
        "sentiment": moods_data,
        "translation": phrasebook_data,
        "associations": harbour_data,
        "tags": harbour_data,
    }
    options = {name: tiny_config.get(name) for name in tiny_config.leaves()}
    options |= {"epochs": 1, "num_beams": 2}
    options |= {"readout_dropout": 0.5, "subword_alpha": 0.0}
    of_pictures = ("captions", "tags")
    return {
        name: Plan(
            # As an older version wrote it: each task takes the options that it has.
            config_class(name).from_json(
                options if name in of_pictures else options | {"max_length": 24}
            ),
            folder,
        )
        for name, folder in data.items()
    }


@pytest.fixture(scope="session")
def joint_run(joint_plans, tmp_path_factory):
    """A finished joint run; it has not learned to say much."""
    from captioning.training.trainer import train

    directory = tmp_path_factory.mktemp("runs") / "joint"
    train(joint_plans, directory)
    return directory


@pytest.fixture(scope="session")
def joint_export(joint_run, tmp_path_factory):
    """The joint run, but that its translations are searched with three beams; and an
    export of it."""
    from captioning.inference.saved_model import write_saved_model

    folder = tmp_path_factory.mktemp("joint")
    run = shutil.copytree(joint_run, folder / "run")
    options = json.loads((run / "config.json").read_text())
    options["tasks"]["translation"]["config"]["num_beams"] = 3
    (run / "config.json").write_text(json.dumps(options))
    (run / "manifest.json").unlink()  # it has the sum of the other options
    write_saved_model(run, folder / "exported")
    return run, folder / "exported"
