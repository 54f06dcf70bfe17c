"""Gradient steps: one batch, one step of the optimizer, for one head or several."""

from collections.abc import Mapping
from contextlib import contextmanager

import tensorflow as tf

from captioning.models.multitask import Multitask
from captioning.nn.precision import matmul_precision
from captioning.training.objective import Objective
from captioning.training.optimizer import (
    FINE_TUNED,
    SHARED,
    apply_clipped,
    optimizer_of,
    variables_by_owner,
)
from captioning.training.workers import ALONE, Workers


class TrainStep:
    """Train heads, whether they share a cell or not, one batch of one head a call.

    The weights of one head alone are trained with the head's own options. The weights
    that several heads share have one optimizer of their own, with the first head's
    options: one history of gradients, one moving average. A step changes only weights
    of its head.

    Several workers sum their gradients and then take the same step, each of its own
    weights. This does not use `Model.fit`, which fails under
    `tf.distribute.MultiWorkerMirroredStrategy` in Keras 3.15.

    Args:
        objectives: by name.
        workers: that compute a batch together.

    Attributes:
        model: `Multitask` of the heads, to save and to restore.
        seen_by_callbacks: the same heads, compiled, for the ecosystem's callbacks.
        optimizers: by the name of the head; of the head followed by `FINE_TUNED`, where
            it fine-tunes its encoder; and `SHARED`, where something is shared.
    """

    def __init__(self, objectives: Mapping[str, Objective], workers: Workers = ALONE):
        self.model = Multitask({name: o.model for name, o in objectives.items()})
        self._workers = workers
        self._variables = variables_by_owner(objectives)
        self.optimizers = {
            owner: optimizer_of(owner, variables, objectives)
            for owner, variables in self._variables.items()
        }
        # Another one than is saved: of a compiled model the optimizer is saved too.
        self.seen_by_callbacks = Multitask({n: o.model for n, o in objectives.items()})
        self.seen_by_callbacks.compile(next(iter(self.optimizers.values())))
        self._steps = {name: self._compiled(name, o) for name, o in objectives.items()}
        self._precisions = {
            name: o.config.optimizer.precision for name, o in objectives.items()
        }

    def step(self, name: str, batch) -> tf.Tensor:
        """Learn from one batch of one head; return its loss, float32 ()."""
        with matmul_precision(self._precisions[name]), self._workers.waiting():
            return self._steps[name](batch)

    def _compiled(self, name: str, objective: Objective):
        owners = [
            owner
            for owner in (name, name + FINE_TUNED, SHARED)
            if owner in self._variables
        ]
        used = {id(variable) for variable in objective.model.trainable_variables}
        groups = [
            [variable for variable in self._variables[owner] if id(variable) in used]
            for owner in owners
        ]

        def loss_and_gradients(batch, weight):
            with tf.GradientTape() as tape:
                loss = objective.loss(batch)
                if weight is not None:
                    loss *= weight
            return loss, tape.gradient(loss, groups)

        @tf.function(autograph=False, input_signature=[objective.batch_spec])
        def step(batch):
            loss, gradients = self._workers.weighted_mean(
                loss_and_gradients, objective.loss_terms, batch
            )
            optimizers = [self.optimizers[owner] for owner in owners]
            clip_norm = objective.config.optimizer.clip_norm
            apply_clipped(optimizers, groups, gradients, clip_norm)
            return loss

        return step

    @contextmanager
    def averaged_weights(self):
        """Within, the heads have the moving average of their weights."""
        trained = [variable.numpy() for variable in self.model.trainable_variables]
        for owner, optimizer in self.optimizers.items():
            if optimizer.iterations > 0:  # before its first step it has no average
                optimizer.finalize_variable_values(self._variables[owner])
        try:
            yield self.model
        finally:
            for variable, value in zip(
                self.model.trainable_variables, trained, strict=True
            ):
                variable.assign(value)
