"""Gradient steps: one batch, one step of the optimizer, for one head or several."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from captioning.config import Config
from captioning.models.siblings import Siblings


class Objective(NamedTuple):
    """What one head is trained by.

    Attributes:
        model: the head.
        loss: a batch -> its mean loss, float32 ().
        batch_spec: the `element_spec` of the batches, for one trace of any length.
    """

    model: keras.Model
    loss: Callable[[Any], tf.Tensor]
    batch_spec: Any


class GradientSteps:
    """Train heads, whether they share a cell or not, one batch of one head a call.

    All heads have one optimizer, so that a shared cell has one history of gradients
    and one moving average. A step moves only the weights of the head it is about.

    A loop of one's own over `strategy.run`, for `Model.fit` fails under
    `tf.distribute.MultiWorkerMirroredStrategy` in Keras 3.15. Make it, and the models,
    inside the strategy's scope.

    Args:
        objectives: by name.
        config: the knobs of the optimizer.
        total_steps: what the cosine schedule ends at.

    Attributes:
        model: `Siblings` of the heads, to save and to restore.
    """

    def __init__(
        self, objectives: Mapping[str, Objective], config: Config, total_steps: int
    ):
        self.model = Siblings({name: o.model for name, o in objectives.items()})
        self._strategy = tf.distribute.get_strategy()
        self.optimizer = build_optimizer(config, total_steps)
        self.optimizer.build(self.model.trainable_variables)
        self.model.compile(optimizer=self.optimizer)  # for the ecosystem's callbacks
        self._average = keras.callbacks.SwapEMAWeights()
        self._average.set_model(self.model)
        self._steps = {name: self._compiled(o) for name, o in objectives.items()}

    def step(self, name: str, batch) -> tf.Tensor:
        """Learn from one batch of one head; return its loss, float32 ()."""
        return self._steps[name](batch)

    def _compiled(self, objective: Objective):
        def replica_step(batch):
            variables = objective.model.trainable_variables
            with tf.GradientTape() as tape:
                # Gradients of replicas are summed: losses must be shares of one mean.
                loss = objective.loss(batch) / self._strategy.num_replicas_in_sync
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            return loss

        @tf.function(input_signature=[objective.batch_spec])
        def step(batch):
            losses = self._strategy.run(replica_step, args=(batch,))
            return self._strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

        return step

    @contextmanager
    def averaged_weights(self):
        """Within, the heads have the moving average of their weights."""
        self._average.on_test_begin()
        try:
            yield self.model
        finally:
            self._average.on_test_end()


def build_optimizer(config: Config, total_steps: int) -> keras.optimizers.Optimizer:
    """Return AdamW (Loshchilov & Hutter 2019) with a warm-up, a cosine down to zero,
    clipping by the global norm, and a moving average of the weights."""
    warmup_steps = min(config.warmup_steps, total_steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=config.learning_rate,
        warmup_steps=warmup_steps,
        decay_steps=max(1, total_steps - warmup_steps),
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        global_clipnorm=config.clip_norm,
        use_ema=True,
        ema_momentum=config.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
