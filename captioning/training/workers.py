"""Workers: processes, on one machine or several, that train one run together.

Each worker has all of the model and computes its rows of each batch. The gradients of
all are summed (`tf.distribute`, one all-reduce a step), and each takes the same step of
the optimizer. The first worker, the chief, alone writes.
"""

import contextlib
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.pipeline.share import Share

# Steps between two questions whether all should stop or save: a question takes as long
# as a message around the ring of workers.
STEPS_A_QUESTION = 10
# Between the seeds of two workers: each draws another dropout.
_SEEDS_APART = 1_000_003


class LostWorker(BadInput):
    """Another worker ended, or did not answer in time."""


class Workers:
    """One process's view of all workers.

    Args:
        strategy: of `tf.distribute`; this process alone, on one device, if not given.
        index: of this process, from 0, which is the chief.
        count: how many processes there are.
        minutes: how long to wait for the others.

    Attributes:
        index, count: as given.
        replicas: how many devices of all workers compute a batch.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy | None = None,
        index: int = 0,
        count: int = 1,
        minutes: float = 60.0,
    ):
        self._strategy = strategy
        self.index, self.count, self._minutes = index, count, minutes
        self.replicas = strategy.num_replicas_in_sync if strategy else 1
        self._local = self.replicas // count  # devices of this process

    @property
    def is_chief(self) -> bool:
        return self.index == 0

    # === Batches ===

    def batches(self, of: Callable[[Share], tf.data.Dataset]) -> tf.data.Dataset:
        """Return the rows of this process: `of` its share of each batch; where it has
        several devices, a tuple of theirs."""
        if self.replicas == 1:
            return of(Share())
        first = self.index * self._local
        parts = [of(Share(first + k, self.replicas)) for k in range(self._local)]
        return parts[0] if self._local == 1 else tf.data.Dataset.zip(tuple(parts))

    def weighted_mean(self, function: Callable, weight: Callable, batch) -> Any:
        """Return the mean over all devices of what a function computes of their rows.

        Call it in a graph. All numbers travel as one vector, in one all-reduce.

        Args:
            function: rows of a batch, and their weight or None for 1 -> a structure of
                float32 tensors, already weighted. (Gradients through a normalisation
                over all devices cannot be weighted later.)
            weight: rows of a batch -> float32 (), how much they count.
            batch: an element of `batches`.
        """
        if self.replicas == 1:
            return function(batch, None)
        structure = None

        def replica():
            nonlocal structure
            context = tf.distribute.get_replica_context()
            rows = batch
            if self._local > 1:
                number = int(tf.get_static_value(context.replica_id_in_sync_group))
                rows = batch[number % self._local]
            own = weight(rows)
            structure = function(rows, own)
            flat = [tf.reshape(one, [-1]) for one in tf.nest.flatten(structure)]
            return context.all_reduce(
                tf.distribute.ReduceOp.SUM, tf.concat([own[None], *flat], 0)
            )

        summed = self._strategy.run(replica)
        vector = self._strategy.experimental_local_results(summed)[0]
        shapes = [tf.shape(one) for one in tf.nest.flatten(structure)]
        sizes = [tf.reduce_prod(shape) for shape in shapes]
        parts = tf.split(vector[1:] / vector[0], sizes)
        means = [tf.reshape(*one) for one in zip(parts, shapes, strict=True)]
        return tf.nest.pack_sequence_as(structure, means)

    # === Agreement ===

    def sums(self, numbers: Sequence[float]) -> list[float]:
        """Return the sum over the workers of each number.

        Raises:
            LostWorker: a worker ended, or does not answer.
        """
        if self.count == 1 or not len(numbers):
            return list(numbers)
        with self.waiting():
            found = self._summed(tf.constant(numbers, tf.float64))
        return found.numpy().tolist()

    @tf.function(autograph=False, input_signature=[tf.TensorSpec((None,), tf.float64)])
    def _summed(self, numbers):
        def replica():
            context = tf.distribute.get_replica_context()
            own = numbers / self._local
            return context.all_reduce(tf.distribute.ReduceOp.SUM, own)

        results = self._strategy.run(replica)
        return self._strategy.experimental_local_results(results)[0]

    def any(self, *flags: bool) -> list[bool]:
        """Return of each flag whether it is set for any worker."""
        return [number > 0 for number in self.sums([float(bool(f)) for f in flags])]

    def any_at(self, step: int, *flags: bool) -> list[bool]:
        """Return `any` at every `STEPS_A_QUESTION`th step, and False at the others; of
        one worker, the flags at each step."""
        if self.count > 1 and (step + 1) % STEPS_A_QUESTION:
            return [False] * len(flags)
        return self.any(*flags)

    def from_chief(self, compute: Mapping[str, Callable[[], float]]) -> dict:
        """Return the numbers that the chief computes, by name; the others wait."""
        found = [one() if self.is_chief else 0.0 for one in compute.values()]
        return dict(zip(compute, self.sums(found), strict=True))

    @contextlib.contextmanager
    def chief_first(self) -> Iterator[None]:
        """Let the chief do a block before the others, who find what it left on disk."""
        if not self.is_chief:
            self.any(False)
        yield
        if self.is_chief:
            self.any(False)

    def check_same(self, text: str) -> None:
        """Raise BadInput unless the text is the same for all workers."""
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:5])
        if self.sums([float(number)]) != [float(number) * self.count]:
            raise BadInput(
                "The workers were given different options or data sets, or find "
                "another run; expected the same for all of them. Give each the same "
                "command, and folders that they share."
            )

    def share_weights(self, variables: Sequence[keras.Variable]) -> None:
        """Give all workers the chief's first weights: on different processors the same
        seed may give weights that differ in the last digits."""
        if self.count == 1:
            return
        for variable in variables:
            value = variable.numpy() * self.is_chief
            variable.assign(np.reshape(self.sums(np.ravel(value)), value.shape))

    def part_seeds(self, seeds: Sequence[keras.Variable]) -> None:
        """Move this worker's seeds away from the chief's, whose are saved."""
        for seed in seeds if self.index else ():
            seed.assign(seed + np.array([self.index * _SEEDS_APART, 0]))

    def gather(self, variables: Sequence[keras.Variable]) -> None:
        """Add what all workers measured to the chief's variables; the others have 0
        then."""
        if self.count > 1 and variables:
            total = self.sums([float(variable) for variable in variables])
            for variable, one in zip(variables, total, strict=True):
                variable.assign(one * self.is_chief)

    # === Lost workers ===

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """In this block, which waits for the others, an error of theirs becomes
        `LostWorker`. After the time limit the process ends with status 2: what waits in
        TensorFlow cannot be interrupted."""
        if self.count == 1:
            yield
            return
        timer = threading.Timer(60 * self._minutes, _end, [self._minutes])
        timer.daemon = True
        timer.start()
        try:
            yield
        except (
            tf.errors.UnavailableError,
            tf.errors.AbortedError,
            tf.errors.CancelledError,
            tf.errors.DeadlineExceededError,
        ) as error:
            raise LostWorker(
                "Another worker ended or does not answer; expected all "
                f"{self.count} until the end of the training. Its own messages say "
                "why. Start all of them again, or fewer, with --resume: the training "
                "goes on from its last checkpoint."
            ) from error
        finally:
            timer.cancel()


def _end(minutes: float) -> None:
    print(
        f"error: The other workers did not answer for {minutes:g} minutes; expected "
        "each of them to take its steps. Look at their "
        "messages, or give more time by --worker-minutes.",
        file=sys.stderr,
        flush=True,
    )
    os._exit(2)


ALONE = Workers()
