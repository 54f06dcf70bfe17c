"""Teacher forcing: the loss of a decoder that is given the reference's words so far."""

from collections.abc import Callable

import tensorflow as tf

from captioning.nn.fused_cross_entropy import fused_cross_entropy


def teacher_forcing_loss(
    token_ids: tf.Tensor,
    hidden: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    readout: tuple[tf.Tensor, tf.Tensor],
    *,
    pad: int,
    label_smoothing: float = 0.0,
    weights: tf.Tensor | None = None,
) -> tf.Tensor:
    """Return the mean cross-entropy over a batch's real tokens.

    At each position the model is given the reference up to there, and predicts the next
    token (Williams & Zipser 1989).

    Args:
        token_ids: int ``(batch, time)``, START first, END, then padding.
        hidden: a function from token ids and a mask of the positions to predict, both
            ``(batch, time - 1)``, to the last layer before the logits, ``(positions,
            hidden)``, sentence by sentence.
        readout: the weights of the logits, ``(vocabulary_size, hidden)`` and a bias
            ``(vocabulary_size,)``.
        pad: the id of padding.
        label_smoothing: see `captioning.nn.losses.token_cross_entropy`.
        weights: float ``(batch,)``, a factor of each sentence's losses, of any sign; 1
            if not given.

    Returns:
        float32 (), in nats.
    """
    inputs, labels = token_ids[:, :-1], token_ids[:, 1:]
    real = labels != pad
    labels = tf.boolean_mask(labels, real)
    if weights is not None:  # from sentences to their tokens
        weights = tf.repeat(weights, tf.reduce_sum(tf.cast(real, tf.int32), axis=1))
    return fused_cross_entropy(
        hidden(inputs, real), labels, *readout, label_smoothing, weights
    )


def num_tokens(token_ids: tf.Tensor, pad: int) -> tf.Tensor:
    """Return how many tokens `teacher_forcing_loss` is the mean over, float32 ()."""
    return tf.cast(tf.math.count_nonzero(token_ids[:, 1:] != pad), tf.float32)
