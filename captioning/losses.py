"""Captioning objectives, on ids, one value per real token."""

import tensorflow as tf


def token_cross_entropy(
    labels: tf.Tensor, logits: tf.Tensor, label_smoothing: float = 0.0
) -> tf.Tensor:
    """Return the cross-entropy of each token, with smoothed labels.

    The label's probability is 1 - e + e/V, every other word's e/V (Szegedy et al.
    2016, section 7). Written without the one-hot matrix:

        log sum exp(z) - (1 - e) z_label - e mean(z)

    Args:
        labels: int ``(tokens,)``, real tokens only: padding is left out before.
        logits: float ``(tokens, vocabulary_size)``.
        label_smoothing: e, from 0 to 1.

    Returns:
        float32 ``(tokens,)``, in nats.
    """
    logits = tf.cast(logits, tf.float32)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    if label_smoothing:
        label_logits = tf.gather(logits, labels, batch_dims=1)
        # loss = lse - z_label; moving e of the label's weight to the mean of all:
        loss += label_smoothing * (label_logits - tf.reduce_mean(logits, axis=-1))
    return loss
