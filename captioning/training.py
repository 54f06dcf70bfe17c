"""Training: from a prepared data set and a config to a finished run."""

import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from captioning import evaluation, plots, runs
from captioning.config import Config
from captioning.history import (
    HISTORY,
    Epoch,
    best,
    finished,
    read_history,
    write_history,
)
from captioning.teacher_forcing import TeacherForcing
from data_prep import features, pipeline
from data_prep.errors import BadInput
from data_prep.vocabulary import PAD, Vocabulary

CHECKPOINT = "checkpoint"


class _Data(NamedTuple):
    """What training and its dev evaluation are fed with, ready in memory or mapped."""

    vocabulary: Vocabulary
    train_rows: np.ndarray
    mirrored_rows: np.ndarray | None
    train_token_ids: tf.RaggedTensor
    dev_rows: np.ndarray
    dev_split: pipeline.Split

    def num_captions(self, config: Config) -> int:
        """Return how many captions an epoch has."""
        each = self.train_token_ids.row_lengths().numpy()
        if config.captions_per_image:
            each = np.minimum(each, config.captions_per_image)
        return int(each.sum())

    def batches(self, config: Config, epoch: int) -> tf.data.Dataset:
        return pipeline.training_batches(
            self.train_rows,
            self.train_token_ids,
            images_per_batch=config.images_per_batch,
            seed=config.seed,
            epoch=epoch,
            captions_per_image=config.captions_per_image,
            mirrored=self.mirrored_rows,
        )


def train(
    config: Config,
    data: Path,
    directory: Path,
    *,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> list[Epoch]:
    """Train a captioner on the train split; keep what is best on the dev split.

    Args:
        config: the knobs; of a resumed run, those it was started with.
        data: a prepared data set.
        directory: the run's; made here unless resumed.
        resume: go on from the last checkpoint.
        callbacks: further Keras callbacks.

    Returns:
        The history, one `Epoch` a pass.

    Raises:
        BadInput: the data set is not whole, or the run's directory is not as needed.
    """
    if not resume:
        runs.check_new(directory)
    keras.utils.set_random_seed(config.seed)
    ready = _read_data(config, data)
    steps_per_epoch = math.ceil(len(ready.train_rows) / config.images_per_batch)
    with tf.distribute.get_strategy().scope():
        teacher = TeacherForcing(
            runs.build_captioner(config, len(ready.vocabulary)),
            config,
            total_steps=config.epochs * steps_per_epoch,
            batch_spec=_distributed(ready.batches(config, 0)).element_spec,
            pad=PAD,
        )
    if resume:
        runs.check_same_data(directory, data)
    else:  # not before all that the knobs name was found to exist
        runs.create(directory, config, data)
    checkpoint = _Checkpoint(teacher, directory)
    history = checkpoint.restore() if resume else []
    score_dev = _dev_scorer(teacher.captioner, config, ready)
    callback_list = keras.callbacks.CallbackList(
        [
            keras.callbacks.TensorBoard(directory / "tensorboard", write_graph=False),
            *callbacks,
        ],
        model=teacher.captioner,
    )
    callback_list.on_train_begin()
    try:
        while not finished(history, config) and not teacher.captioner.stop_training:
            epoch = _train_epoch(teacher, ready, config, history, callback_list)
            with teacher.averaged_weights():
                epoch = epoch._replace(dev_cider_d=score_dev())
                if epoch.dev_cider_d > best(history):
                    runs.save_weights(directory, teacher.captioner)
            history.append(epoch)
            _report(history, config, directory)
            callback_list.on_epoch_end(len(history) - 1, epoch._asdict())
            checkpoint.save(len(history))
    finally:
        callback_list.on_train_end()
    return history


def can_resume(directory: Path) -> bool:
    """Say whether a run got as far as its first checkpoint."""
    return tf.train.latest_checkpoint(directory / CHECKPOINT) is not None


def _read_data(config: Config, data: Path) -> _Data:
    vocabulary = Vocabulary.load(data / "vocabulary.txt")
    train_split = pipeline.load_split(data, "train")
    dev_split = pipeline.load_split(data, "dev")
    row_features = evaluation.features_of(config)

    def rows(split, mirrored=False):
        return features.cached(data, split, row_features, mirrored=mirrored)

    return _Data(
        vocabulary,
        train_rows=rows("train"),
        mirrored_rows=rows("train", mirrored=True) if config.mirror else None,
        train_token_ids=pipeline.tokenized(
            train_split.captions, vocabulary, config.max_length
        ),
        dev_rows=rows("dev"),
        dev_split=dev_split,
    )


def _dev_scorer(captioner, config, ready: _Data):
    caption = evaluation.make_captioner_function(captioner, ready.vocabulary, config)
    cider_d = evaluation.SplitCiderD(ready.dev_split)

    def score() -> float:
        rows = ready.dev_rows
        return cider_d(evaluation.caption_rows(caption, rows, progress="dev captions"))

    return score


def _train_epoch(
    teacher: TeacherForcing, ready: _Data, config, history, callback_list
) -> Epoch:
    """Take one pass over the train split; its dev CIDEr-D is still to be found."""
    callback_list.on_epoch_begin(len(history))
    began = time.monotonic()
    batches = ready.batches(config, len(history))
    losses = []
    with tqdm(
        _distributed(batches),
        desc=f"epoch {len(history) + 1}/{config.epochs}",
        total=len(batches),
        unit=" steps",
    ) as progress:
        for step, batch in enumerate(progress):
            callback_list.on_train_batch_begin(step)
            losses.append(float(teacher.step(batch)))
            callback_list.on_train_batch_end(step, {"loss": losses[-1]})
            progress.set_postfix_str(f"loss {np.mean(losses[-50:]):.3f}")
    seconds = time.monotonic() - began
    return Epoch(
        epoch=len(history) + 1,
        loss=float(np.mean(losses)),
        dev_cider_d=math.nan,
        captions_per_second=ready.num_captions(config) / seconds,
        minutes=seconds / 60 + (history[-1].minutes if history else 0.0),
    )


def _distributed(batches: tf.data.Dataset):
    """Deal whole batches out to the workers: a batch cut in two would lose the rows
    that its captions are about."""
    return tf.distribute.get_strategy().distribute_datasets_from_function(
        lambda context: batches.shard(
            context.num_input_pipelines, context.input_pipeline_id
        )
    )


def _report(history: Sequence[Epoch], config: Config, directory: Path) -> None:
    last = history[-1]
    kept = " (best so far, kept)" if last.dev_cider_d > best(history[:-1]) else ""
    tqdm.write(
        f"epoch {last.epoch}/{config.epochs}: loss {last.loss:.3f}, "
        f"dev CIDEr-D {last.dev_cider_d:.4f}{kept}, "
        f"{last.captions_per_second:.0f} captions/s, {last.minutes:.1f} min",
        file=sys.stderr,
    )
    write_history(directory, history)
    plots.draw_history(history, directory / "curves.png")


class _Checkpoint:
    """The last epoch's state: weights, optimizer, averages, dropout's seeds."""

    def __init__(self, teacher: TeacherForcing, directory: Path):
        self._directory = directory
        self._epochs = tf.Variable(0)
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                captioner=teacher.captioner,
                optimizer=teacher.optimizer,
                epochs=self._epochs,
                # Dropout's; as Keras variables they are no weights of any layer.
                seeds=[
                    variable.value
                    for variable in teacher.captioner.variables
                    if "seed_generator" in variable.path
                ],
            ),
            directory / CHECKPOINT,
            max_to_keep=1,
        )

    def save(self, epochs: int) -> None:
        self._epochs.assign(epochs)
        self._manager.save(checkpoint_number=epochs)

    def restore(self) -> list[Epoch]:
        latest = self._manager.latest_checkpoint
        if latest is None:
            raise BadInput(
                f"{self._directory} has no checkpoint to go on from: training stopped "
                "before its first epoch ended. Give another --run and start anew."
            )
        try:
            self._manager.checkpoint.restore(latest).assert_consumed()
            history = read_history(self._directory)
            if len(history) < self._epochs:
                raise ValueError(f"{HISTORY} has {len(history)} epochs")
        except (OSError, ValueError, AssertionError, tf.errors.OpError) as error:
            raise BadInput(
                f"{self._directory} cannot be gone on with, its checkpoint or its "
                f"{HISTORY} is damaged ({str(error).splitlines()[0]}). Restore its "
                "files, or give another --run and start anew."
            ) from error
        return history[: int(self._epochs)]
