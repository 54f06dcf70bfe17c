"""Gradient steps: one batch, one step of the optimizer, for one head or several."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from captioning.models.multitask import Multitask
from captioning.nn.precision import matmul_precision
from captioning.tasks.config import TaskConfig, override
from captioning.training.optimizer import build_optimizer

# Owner of what more than one head uses.
SHARED = "shared"
# Follows a head's name: the stages of its encoder that are fine-tuned, more slowly.
FINE_TUNED = ".fine_tuned"


class Objective(NamedTuple):
    """What one head is trained by.

    Attributes:
        model: the head.
        loss: a batch -> its mean loss, float32 ().
        batch_spec: the `element_spec` of the batches, for one trace of any length.
        config: with the options of its optimizer.
        total_steps: how many it will take, where its schedule ends.
        started: whether the first weights are learned ones, worth remembering.
    """

    model: keras.Model
    loss: Callable[[Any], tf.Tensor]
    batch_spec: Any
    config: TaskConfig
    total_steps: int
    started: bool = False


class TrainStep:
    """Train heads, whether they share a cell or not, one batch of one head a call.

    The weights of one head alone are trained with the head's own options. The weights
    that several heads share have one optimizer of their own, with the first head's
    options: one history of gradients, one moving average. A step changes only weights
    of its head.

    This runs `strategy.run` itself because `Model.fit` fails under
    `tf.distribute.MultiWorkerMirroredStrategy` in Keras 3.15. Construct it, and the
    models, inside the strategy's scope.

    Args:
        objectives: by name.

    Attributes:
        model: `Multitask` of the heads, to save and to restore.
        seen_by_callbacks: the same heads, compiled, for the ecosystem's callbacks.
        optimizers: by the name of the head; of the head followed by `FINE_TUNED`, where
            it fine-tunes its encoder; and `SHARED`, where something is shared.
    """

    def __init__(self, objectives: Mapping[str, Objective]):
        self.model = Multitask({name: o.model for name, o in objectives.items()})
        self._strategy = tf.distribute.get_strategy()
        self._variables = _by_owner(objectives)
        self.optimizers = {
            name: _optimizer(objectives, name, variables)
            for name, variables in self._variables.items()
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
        with matmul_precision(self._precisions[name]):
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

        def replica_step(batch):
            with tf.GradientTape() as tape:
                # Gradients of replicas are summed: losses must be shares of one mean.
                loss = objective.loss(batch) / self._strategy.num_replicas_in_sync
            gradients = tape.gradient(loss, [v for group in groups for v in group])
            # As a whole, although more than one optimizer gets a part of it.
            gradients, _ = tf.clip_by_global_norm(
                gradients, objective.config.optimizer.clip_norm
            )
            for owner, group in zip(owners, groups, strict=True):
                own, gradients = gradients[: len(group)], gradients[len(group) :]
                self.optimizers[owner].apply(own, group)
            return loss

        @tf.function(autograph=False, input_signature=[objective.batch_spec])
        def step(batch):
            losses = self._strategy.run(replica_step, args=(batch,))
            return self._strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

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


def _by_owner(objectives: Mapping[str, Objective]) -> dict[str, list]:
    """Return the variables of each head alone, of the encoder that it fine-tunes, and
    of more than one head, if there are."""
    owners: dict[int, list[str]] = {}
    variables = {}
    for name, objective in objectives.items():
        slow = set()
        vision = getattr(objective.config, "vision", None)
        if vision and vision.fine_tune:
            slow = {id(variable) for variable in objective.model.encoder.variables}
        for variable in objective.model.trainable_variables:
            owner = name + FINE_TUNED if id(variable) in slow else name
            variables[id(variable)] = variable
            owners.setdefault(id(variable), []).append(owner)
    found: dict[str, list] = {}
    for key, names in owners.items():
        owner = names[0] if len(names) == 1 else SHARED
        found.setdefault(owner, []).append(variables[key])
    return found


def _optimizer(objectives: Mapping[str, Objective], owner: str, variables: list):
    if owner == SHARED:
        first = next(iter(objectives.values()))
        steps = sum(objective.total_steps for objective in objectives.values())
        # The first head takes only a part of these steps: the average looks back over
        # as many of its own.
        average = 1 - (1 - _average(first)) * first.total_steps / steps
        optimizer = build_optimizer(override(first.config, average=average), steps)
    else:
        objective = objectives[owner.removesuffix(FINE_TUNED)]
        config = override(objective.config, average=_average(objective))
        if owner.endswith(FINE_TUNED):
            config = override(config, learning_rate=config.vision.encoder_learning_rate)
        optimizer = build_optimizer(config, objective.total_steps)
    optimizer.build(variables)
    return optimizer


def _average(objective: Objective) -> float:
    """Return the momentum of the moving average: the option, or less in a training so
    short that the average would still hold much of the first weights.

    After n steps, an average of momentum 1 - k / n holds e^-k of the first weights:
    2 % of random ones (k = 4), a third of trained ones (k = 1).
    """
    k = 1 if objective.started else 4
    return min(
        objective.config.optimizer.average, max(0.0, 1 - k / objective.total_steps)
    )
