"""The contract of a task: one shape of sequence, from data to a served model.

What is common to captions, sentiment, translation, associations and tags is written
here once; each of them is one file beside this one. Training, runs, evaluation and
export know this contract only.
"""

import abc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import keras
import tensorflow as tf

from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.tasks.config import Config

Cell = ElmanCell | LSTMCell


class Feed(NamedTuple):
    """What training takes of a data set, ready in memory or mapped.

    Attributes:
        batches: epoch, from 0 -> its batches. Seed and epoch alone decide about them,
            but for how words are cut where the knob `subword_alpha` draws it.
        examples_per_epoch: how many of the task's `unit` they hold.
        batches_per_epoch: how many they are.
        dev_score: -> the score on the dev split of the model as it now is; the more
            the better, at most around 1.
    """

    batches: Callable[[int], tf.data.Dataset]
    examples_per_epoch: int
    batches_per_epoch: int
    dev_score: Callable[[], float]


class Task(abc.ABC):
    """A head over a cell, and all that knows its data.

    Attributes:
        kind: of the prepared data sets that it learns from.
        unit: what its examples are called.
        score_name: what `Feed.dev_score` measures.
        score_note: how its scores are counted, for whoever compares them.
        config: the knobs.
        model: the head, built; its cell may be that of other heads too.
        metrics: means that `loss` keeps up to date, for the history.
    """

    kind: ClassVar[str]
    unit: ClassVar[str]
    score_name: ClassVar[str]
    score_note: ClassVar[str] = ""

    config: Config
    model: keras.Model
    metrics: Sequence[keras.metrics.Mean] = ()

    # === Made from a data set, or from a run ===

    @classmethod
    @abc.abstractmethod
    def of_data(cls, config: Config, data: Path, cell: Cell) -> "Task":
        """Return the task with first weights, with the words of a data set.

        Raises:
            BadInput: the data set is not whole or of another kind, or the knobs name
                what nobody knows.
        """

    @classmethod
    @abc.abstractmethod
    def of_run(cls, config: Config, folder: Path, cell: Cell) -> "Task":
        """Return the task with first weights, with the words that `save` left.

        Raises:
            BadInput: they are missing or damaged.
        """

    @abc.abstractmethod
    def save(self, folder: Path) -> None:
        """Write what `of_run` needs, besides weights, into a folder that exists."""

    def start_from(self, other: "Task") -> None:
        """Take the weights of another of the same words.

        Raises:
            ValueError: it has other sizes, or learned what this one would not.
        """
        self.model.set_weights(other.model.get_weights())

    # === Training ===

    @abc.abstractmethod
    def feed(self, data: Path) -> Feed:
        """Return what training takes of a data set."""

    @abc.abstractmethod
    def loss(self, batch: Any, training: bool = True) -> tf.Tensor:
        """Return the mean loss of a batch of the feed, float32 ()."""

    # === Use ===

    @abc.abstractmethod
    def scores(self, data: Path, split: str) -> dict[str, float]:
        """Return every score on a split, by name; None where it can't be measured."""

    @abc.abstractmethod
    def examples(self, data: Path, split: str, count: int) -> Sequence[str]:
        """Return lines that show what the model does with a few of a split."""

    @abc.abstractmethod
    def server(self, **options: Any) -> Callable:
        """Return the graph, raw strings in, a dict of tensors out, as a `tf.function`
        with its signature: what commands run and what `captioning.export` saves."""

    def resources(self) -> list:
        """Return what the graph of `server` uses beside the model's variables, tables
        of words for one, for a SavedModel to hold."""
        return []

    def attach_encoder(self) -> None:  # noqa: B027, nothing to do without pictures
        """Let the model see pictures, where a frozen encoder was left out."""
