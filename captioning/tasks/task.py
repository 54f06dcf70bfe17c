"""The contract of a task: one shape of sequence, from data to a served model.

What is common to captions, sentiment, translation, associations and tags is written
here once; each of them is a folder beside this module. Training, runs, evaluation and
export know this contract only.
"""

import abc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import keras
import tensorflow as tf

from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.tasks.config import TaskConfig
from captioning.tasks.warm_start import WordWeights
from data_prep.pipeline.share import Share

Cell = ElmanCell | LSTMCell


class TrainingData(NamedTuple):
    """A data set as training takes it, in memory or memory-mapped.

    Attributes:
        batches: epoch, from 0, and a worker's `Share` -> its batches. They depend on
            seed and epoch alone; but with the option `subword_alpha`, how words are cut
            is sampled.
        examples_per_epoch: how many of the task's `unit` they hold.
        batches_per_epoch: how many they are.
        dev_score: -> the score on the dev split of the model as it now is; the more
            the better, at most around 1.
        dev_loss: -> the loss on the dev split, in nats, by which epochs are compared
            where the score is 0; None where that does not happen.
    """

    batches: Callable[[int, Share], tf.data.Dataset]
    examples_per_epoch: int
    batches_per_epoch: int
    dev_score: Callable[[], float]
    dev_loss: Callable[[], float] | None = None


class Task(abc.ABC):
    """A head over a cell, with its words, its data, its loss and its scores.

    Attributes:
        kind: of the prepared data sets that it learns from.
        unit: what its examples are called.
        score_name: what `TrainingData.dev_score` measures.
        score_note: how its scores are counted, for comparison with other work.
        config: its options.
        model: the head, built; its cell may be that of other heads too.
        metrics: means that `loss` keeps up to date, for the history.
    """

    kind: ClassVar[str]
    unit: ClassVar[str]
    score_name: ClassVar[str]
    score_note: ClassVar[str] = ""

    config: TaskConfig
    model: keras.Model
    metrics: Sequence[keras.metrics.Mean] = ()

    # === Made from a data set, or from a run ===

    @classmethod
    @abc.abstractmethod
    def from_data(cls, config: TaskConfig, data: Path, cell: Cell) -> "Task":
        """Return the task with first weights, with the words of a data set.

        Raises:
            BadInput: the data set is not whole or of another kind, or an option names
                what is not known.
        """

    @classmethod
    @abc.abstractmethod
    def from_run(cls, config: TaskConfig, folder: Path, cell: Cell) -> "Task":
        """Return the task with first weights, with the words that `save` left.

        Raises:
            BadInput: they are missing or damaged.
        """

    @abc.abstractmethod
    def save(self, folder: Path) -> None:
        """Write what `from_run` needs, besides weights, into a folder that exists."""

    # === What starting from another run carries over, see `tasks.warm_start` ===

    def trained_models(self) -> dict[str, keras.Model | None]:
        """Return the parts of the model that are trained, by name; None if frozen."""
        return {"model": self.model}

    def word_weights(self) -> list[WordWeights]:
        """Return the weights that have a row for each word."""
        return []

    def weights_of_token_ids(self) -> list[keras.Variable]:
        """Return weights that mean nothing with another vocabulary."""
        return []

    # === Training ===

    @abc.abstractmethod
    def training_data(self, data: Path) -> TrainingData:
        """Return what training takes of a data set."""

    @abc.abstractmethod
    def loss(self, batch: Any, training: bool = True) -> tf.Tensor:
        """Return the mean loss of a batch of the feed, float32 ()."""

    @abc.abstractmethod
    def loss_terms(self, batch: Any) -> tf.Tensor:
        """Return how many terms `loss` is the mean of, float32 (): what the losses of
        a batch's shares are weighted by, so that their mean is that of the batch."""

    # === Use ===

    @abc.abstractmethod
    def scores(self, data: Path, split: str) -> dict[str, float]:
        """Return every score on a split, by name; None where it can't be measured."""

    @abc.abstractmethod
    def examples(self, data: Path, split: str, count: int) -> Sequence[str]:
        """Return lines that show what the model does with a few of a split."""

    @abc.abstractmethod
    def serving_function(self, **options: Any) -> Callable:
        """Return the graph, raw strings in, a dict of tensors out, as a `tf.function`
        with its signature: what commands run and what `captioning.export` saves."""

    def tracked_resources(self) -> list:
        """Return what the serving function uses beside the model's variables, such as
        tables of words, for a SavedModel to hold."""
        return []

    def attach_encoder(self) -> None:  # noqa: B027, nothing to do without pictures
        """Let the model see pictures, where a frozen encoder was left out."""
