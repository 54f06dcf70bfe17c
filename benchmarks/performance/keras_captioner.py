"""The same captioner as ours, written with stock Keras layers, for comparison."""

import keras
import tensorflow as tf
from keras import layers, ops

from captioning.tasks.captions.config import CaptionsConfig


class KerasCaptioner(keras.Model):
    """The equations of `captioning`'s decoder, with the recurrence of Keras.

    Each caption comes with the regions of its picture, as `Model.fit` needs it, so that
    regions are projected once a caption. Captions are padded to one length.

    Call arguments:
        regions: ``(captions, regions, region_dim)``.
        token_ids: int ``(captions, time)``.

    Returns:
        logits ``(captions, time, vocabulary_size)``.
    """

    def __init__(self, vocabulary_size: int, config: CaptionsConfig):
        super().__init__()
        self.config = config
        dense = layers.Dense
        self.norm = layers.LayerNormalization(center=False, scale=False)
        self.drop_channels = layers.SpatialDropout1D(config.regularization.dropout)
        self.image = dense(config.recurrent.embedding_dim)
        self.embedding = layers.Embedding(
            vocabulary_size, config.recurrent.embedding_dim
        )
        self.state_h = dense(config.recurrent.units, activation="tanh")
        self.state_c = dense(config.recurrent.units, activation="tanh")
        self.recurrence = layers.RNN(
            layers.LSTMCell(config.recurrent.units), return_sequences=True
        )
        self.query = dense(config.attention.attention_dim)
        self.key = dense(config.attention.attention_dim)
        self.value = dense(config.attention.attention_dim)
        self.readout = dense(config.recurrent.embedding_dim, activation="tanh")
        self.drop = layers.Dropout(config.regularization.dropout)
        self.output_bias = self.add_weight(shape=(vocabulary_size,))

    def call(self, regions, token_ids, training=False):
        regions = self.norm(ops.cast(regions, "float32"))
        regions = self.drop_channels(regions, training=training)
        image = self.image(ops.mean(regions, axis=1))
        inputs = self.embedding(token_ids) * self.config.recurrent.embedding_dim**0.5
        inputs = self.drop(inputs + image[:, None], training=training)
        states = [self.state_h(image), self.state_c(image)]
        outputs = self.recurrence(inputs, initial_state=states, training=training)
        keys, values = self.key(regions), self.value(regions)
        scores = ops.einsum("bqa,bra->bqr", self.query(outputs), keys)
        weights = ops.softmax(scores / self.config.attention.attention_dim**0.5)
        context = ops.einsum("bqr,bra->bqa", weights, values)
        hidden = self.readout(ops.concatenate([outputs, context], axis=-1))
        hidden = self.drop(hidden, training=training)
        return (
            ops.matmul(hidden, ops.transpose(self.embedding.embeddings))
            + self.output_bias
        )


def training_step(model: KerasCaptioner, optimizer, pad: int):
    """Return a compiled function: (regions of each caption, token ids) -> loss."""
    smoothing = model.config.regularization.label_smoothing

    @tf.function
    def step(regions, token_ids):
        inputs, labels = token_ids[:, :-1], token_ids[:, 1:]
        real = tf.cast(labels != pad, tf.float32)
        with tf.GradientTape() as tape:
            log_p = tf.nn.log_softmax(model(regions, inputs, training=True))
            of_label = tf.gather(log_p, labels, batch_dims=2)
            losses = -(1 - smoothing) * of_label - smoothing * tf.reduce_mean(log_p, -1)
            loss = tf.reduce_sum(losses * real) / tf.reduce_sum(real)
        variables = model.trainable_variables
        gradients = tape.gradient(loss, variables)
        gradients, _ = tf.clip_by_global_norm(
            gradients, model.config.optimizer.clip_norm
        )
        optimizer.apply(gradients, variables)
        return loss

    return step
