"""Teacher forcing: the loss of a decoder that is shown what people said so far."""

from collections.abc import Callable

import tensorflow as tf

from captioning.losses import token_cross_entropy


def teacher_forcing_loss(
    token_ids: tf.Tensor,
    hidden: Callable[[tf.Tensor], tf.Tensor],
    logits: Callable[[tf.Tensor], tf.Tensor],
    *,
    pad: int,
    label_smoothing: float = 0.0,
) -> tf.Tensor:
    """Return the mean cross-entropy over a batch's real tokens.

    The model reads a sentence up to each place and is scored on the next word
    (Williams & Zipser 1989).

    Args:
        token_ids: int ``(batch, time)``, START first, END, then padding.
        hidden: token ids ``(batch, time - 1)`` -> the last layer before the logits
            ``(batch, time - 1, hidden)``.
        logits: the last layer ``(tokens, hidden)`` -> ``(tokens, vocabulary_size)``.
        pad: the id of padding.
        label_smoothing: see `token_cross_entropy`.

    Returns:
        float32 (), in nats.
    """
    inputs, labels = token_ids[:, :-1], token_ids[:, 1:]
    real = labels != pad
    # Logits are the widest tensor of all: none is computed for padding.
    scored = logits(tf.boolean_mask(hidden(inputs), real))
    labels = tf.boolean_mask(labels, real)
    return tf.reduce_mean(token_cross_entropy(labels, scored, label_smoothing))
