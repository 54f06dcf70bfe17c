"""Teacher forcing: one training step that shows the model what people said next."""

from contextlib import contextmanager

import keras
import tensorflow as tf

from captioning.config import Config
from captioning.losses import token_cross_entropy
from captioning.models.captioner import Captioner


class TeacherForcing:
    """Cross-entropy training of a captioner, one batch a call.

    The model reads the words of a caption up to each place and is scored on the next
    (Williams & Zipser 1989). The loss is the mean over the batch's real tokens.

    A loop of one's own over `strategy.run`, for `Model.fit` fails under
    `tf.distribute.MultiWorkerMirroredStrategy` in Keras 3.15. Make it, and the
    captioner, inside the strategy's scope.

    Args:
        captioner: the model, built.
        config: the knobs.
        total_steps: what the cosine schedule ends at.
        batch_spec: the `element_spec` of the batches, for one trace of any length.
        pad: the id of padding.
    """

    def __init__(
        self, captioner: Captioner, config: Config, total_steps: int, batch_spec, pad
    ):
        self.captioner = captioner
        self._config = config
        self._pad = pad
        self._strategy = tf.distribute.get_strategy()
        self.optimizer = build_optimizer(config, total_steps)
        self.optimizer.build(captioner.trainable_variables)
        captioner.compile(optimizer=self.optimizer)  # for the ecosystem's callbacks
        self._average = keras.callbacks.SwapEMAWeights()
        self._average.set_model(captioner)
        self._step = tf.function(self._distributed_step, input_signature=[batch_spec])

    def step(self, batch) -> tf.Tensor:
        """Learn from one `data_prep.pipeline.Batch`; return its loss, float32 ()."""
        return self._step(batch)

    def _distributed_step(self, batch):
        losses = self._strategy.run(self._replica_step, args=(batch,))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    def _replica_step(self, batch):
        variables = self.captioner.trainable_variables
        with tf.GradientTape() as tape:
            # Gradients of replicas are summed: their losses must be shares of one mean.
            loss = self.loss(batch) / self._strategy.num_replicas_in_sync
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    def loss(self, batch, training: bool = True) -> tf.Tensor:
        """Return the mean loss over the batch's real tokens, float32 (), in nats."""
        inputs, labels = batch.token_ids[:, :-1], batch.token_ids[:, 1:]
        hidden, _ = self.captioner.hidden(
            batch.inputs, inputs, batch.caption_to_image, training=training
        )
        # Logits are the widest tensor of all: none is computed for padding.
        real = labels != self._pad
        logits = self.captioner.decoder.logits(tf.boolean_mask(hidden, real))
        labels = tf.boolean_mask(labels, real)
        smoothing = self._config.label_smoothing if training else 0.0
        return tf.reduce_mean(token_cross_entropy(labels, logits, smoothing))

    @contextmanager
    def averaged_weights(self):
        """Within, the captioner has the moving average of its weights."""
        self._average.on_test_begin()
        try:
            yield self.captioner
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
