"""The checkpoint of a training: all that it takes to go on as if it had not stopped.

RUN/checkpoint/ckpt-N...          the state, as TensorFlow writes it
RUN/checkpoint/part-N.json        of a state inside an epoch: what was done of it
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from captioning.training.history import HISTORY, Epoch, passes, read_history
from captioning.training.run_files import CHECKPOINT
from captioning.training.train_step import TrainStep
from data_prep.atomic import write_text
from data_prep.errors import DAMAGED, BadInput


class Part(NamedTuple):
    """What was done of an epoch.

    Attributes:
        losses: by task, of each step.
        metrics: by task, the numbers of what it measures beside.
        seconds: spent on it.
    """

    losses: dict[str, list[float]] = {}
    metrics: dict[str, list[float]] = {}
    seconds: float = 0.0

    @property
    def steps(self) -> int:
        return sum(map(len, self.losses.values()))


class Checkpoint:
    """The state: weights, optimizers, averages, dropout's seeds.

    Args:
        steps: whose state it is.
        directory: the run's.

    Attributes:
        seeds: the variables that say how dropout is drawn.
    """

    def __init__(self, steps: TrainStep, directory: Path):
        self._directory = directory
        self._epochs = tf.Variable(0)
        # Dropout's; as Keras variables they are no weights of any layer.
        self.seeds = [
            variable
            for variable in steps.model.variables
            if "seed_generator" in variable.path
        ]
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                model=steps.model,
                optimizers=steps.optimizers,
                epochs=self._epochs,
                seeds=[seed.value for seed in self.seeds],
            ),
            directory / CHECKPOINT,
            max_to_keep=1,
        )

    def save(self, epochs: int, part: Part | None = None) -> None:
        """Keep the state after so many epochs, and a part of one, in the place of the
        one before."""
        self._epochs.assign(epochs)
        number = _number(self._manager.latest_checkpoint) + 1
        # Before the state, which is not found until it is whole.
        if part is None:
            self._file(number).unlink(missing_ok=True)
        else:
            write_text(self._file(number), json.dumps(part._asdict()))
        try:
            self._manager.save(checkpoint_number=number)
        finally:  # what TensorFlow leaves where a disk is full, or a process was killed
            for folder in (self._directory / CHECKPOINT).glob("ckpt-*_temp"):
                shutil.rmtree(folder)
        for file in (self._directory / CHECKPOINT).glob("part-*.json"):
            if file != self._file(number):
                file.unlink()

    def restore(self) -> tuple[list[Epoch], Part]:
        """Set everything to where it was; return the history up to there, and what was
        done of the epoch after it.

        Raises:
            BadInput: there is no checkpoint, or it or the history is damaged.
        """
        latest = self._manager.latest_checkpoint
        if latest is None:
            raise BadInput(
                f"{self._directory} has no checkpoint that can be read; expected the "
                "one that training wrote. Restore its files, or give another --run and "
                "start anew."
            )
        try:
            self._manager.checkpoint.restore(latest).assert_consumed()
            is_there = (self._directory / HISTORY).exists()
            history = read_history(self._directory) if is_there else []
            if passes(history) < self._epochs:
                raise ValueError(f"{HISTORY} has {passes(history)} epochs")
            file, part = self._file(_number(latest)), Part()
            if file.exists():
                part = Part(**json.loads(file.read_text("utf-8")))
        except (*DAMAGED, AssertionError, tf.errors.OpError) as error:
            raise BadInput(
                f"{self._directory} cannot be gone on with, its checkpoint or its "
                f"{HISTORY} is damaged ({str(error).splitlines()[0]}). Restore its "
                "files, or give another --run and start anew."
            ) from error
        return [epoch for epoch in history if epoch.epoch <= self._epochs], part

    def _file(self, number: int) -> Path:
        return self._directory / CHECKPOINT / f"part-{number}.json"


def _number(checkpoint: str | None) -> int:
    """Return N of ".../ckpt-N"; 0 if there is none."""
    return int(checkpoint.rpartition("-")[2]) if checkpoint else 0
