"""Teacher forcing: the loss of a decoder that is shown what people said so far."""

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

    The model reads a sentence up to each place and is scored on the next word
    (Williams & Zipser 1989).

    Args:
        token_ids: int ``(batch, time)``, START first, END, then padding.
        hidden: token ids ``(batch, time - 1)`` and a mask, bool, of the places that
            are scored -> the last layer before the logits of these places ``(places,
            hidden)``, sentence by sentence.
        readout: what makes logits of it, ``(vocabulary_size, hidden)`` and a bias
            ``(vocabulary_size,)``.
        pad: the id of padding.
        label_smoothing: see `captioning.nn.losses.token_cross_entropy`.
        weights: float ``(batch,)``, what each sentence's losses are multiplied by, of
            any sign; 1 if not given.

    Returns:
        float32 (), in nats.
    """
    inputs, labels = token_ids[:, :-1], token_ids[:, 1:]
    real = labels != pad
    labels = tf.boolean_mask(labels, real)
    if weights is not None:  # of each token that of its sentence
        weights = tf.repeat(weights, tf.reduce_sum(tf.cast(real, tf.int32), axis=1))
    return fused_cross_entropy(
        hidden(inputs, real), labels, *readout, label_smoothing, weights
    )
