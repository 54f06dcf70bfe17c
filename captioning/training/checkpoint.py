"""The checkpoint of a training: all that it takes to go on as if it had not stopped."""

from pathlib import Path

import tensorflow as tf

from captioning.training.history import HISTORY, Epoch, passes, read_history
from captioning.training.run_files import CHECKPOINT
from captioning.training.train_step import TrainStep
from data_prep.errors import BadInput


class Checkpoint:
    """The last epoch's state: weights, optimizers, averages, dropout's seeds.

    Args:
        steps: whose state it is.
        directory: the run's.
    """

    def __init__(self, steps: TrainStep, directory: Path):
        self._directory = directory
        self._epochs = tf.Variable(0)
        self._manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                model=steps.model,
                optimizers=steps.optimizers,
                epochs=self._epochs,
                # Dropout's; as Keras variables they are no weights of any layer.
                seeds=[
                    variable.value
                    for variable in steps.model.variables
                    if "seed_generator" in variable.path
                ],
            ),
            directory / CHECKPOINT,
            max_to_keep=1,
        )

    def save(self, epochs: int) -> None:
        """Keep the state after so many epochs, in the place of the one before."""
        self._epochs.assign(epochs)
        self._manager.save(checkpoint_number=epochs)

    def restore(self) -> list[Epoch]:
        """Set everything to where it was; return the history up to there.

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
            history = read_history(self._directory)
            if passes(history) < self._epochs:
                raise ValueError(f"{HISTORY} has {passes(history)} epochs")
        except (OSError, ValueError, AssertionError, tf.errors.OpError) as error:
            raise BadInput(
                f"{self._directory} cannot be gone on with, its checkpoint or its "
                f"{HISTORY} is damaged ({str(error).splitlines()[0]}). Restore its "
                "files, or give another --run and start anew."
            ) from error
        return [epoch for epoch in history if epoch.epoch <= self._epochs]
