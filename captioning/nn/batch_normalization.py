"""Batch normalisation by one fused operation."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("captioning")
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' layer; in training it runs TensorFlow's fused operation.

    Ioffe & Szegedy 2015, "Batch Normalization". Keras 3 composes it of ten operations,
    each of which reads or writes all maps: 69 ms of a training step of the `small`
    encoder on one core; fused it takes 16 ms.

    The class has Keras' name because the name is part of the path of its weights on
    disk.

    Call arguments:
        inputs: float32 ``(batch, height, width, channels)``.

    Returns:
        the same shape.
    """

    def call(self, inputs, training=None, mask=None):
        if not training or not self.trainable:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance, *_ = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.convert_to_tensor(self.gamma),
            tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
        )
        # The operation returns the unbiased variance; Keras keeps that of the batch.
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], variance.dtype)
        variance *= (count - 1) / count
        for moving, new in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            moving.assign(moving * self.momentum + new * (1 - self.momentum))
        return outputs
