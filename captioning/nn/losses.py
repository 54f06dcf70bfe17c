"""Cross-entropies of tokens, verdicts, tags and related words: one value for each row,
and as losses for `keras.Model.compile`.

Captions and translations are trained through `nn.fused_cross_entropy`, which computes
the same `token_cross_entropy` without keeping the logits.
"""

import keras
import tensorflow as tf

from captioning.nn.masking import MASKED_LOGIT
from data_prep.text.special_tokens import PAD


def token_cross_entropy(
    labels: tf.Tensor, logits: tf.Tensor, label_smoothing: float = 0.0
) -> tf.Tensor:
    """Return the cross-entropy of each token, with smoothed labels.

    The label's probability is 1 - e + e/V, every other word's e/V (Szegedy et al.
    2016, section 7). Written without the one-hot matrix:

        log sum exp(z) - (1 - e) z_label - e mean(z)

    Args:
        labels: int ``(tokens,)``, real tokens only, no padding.
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


def verdict_cross_entropy(
    positive: tf.Tensor, logits: tf.Tensor, label_smoothing: float = 0.0
) -> tf.Tensor:
    """Return the cross-entropy of each verdict, smoothed as in `token_cross_entropy`.

    With a label of 0 or 1 it is `token_cross_entropy`. With a number between, how
    probable another model finds it that the text is positive, it is that of
    distillation (Hinton et al. 2015, section 2, at the temperature 1).

    Args:
        positive: ``(texts,)``, from 0 to 1.
        logits: float ``(texts, 2)``, of negative and positive.
        label_smoothing: e, from 0 to 1.

    Returns:
        float32 ``(texts,)``, in nats.
    """
    positive = tf.cast(positive, tf.float32)
    positive = (1 - label_smoothing) * positive + label_smoothing / 2
    return tf.nn.softmax_cross_entropy_with_logits(
        labels=tf.stack([1 - positive, positive], axis=-1),
        logits=tf.cast(logits, tf.float32),
    )


def tag_cross_entropy(truth: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return each picture's cross-entropy, summed over its tags.

    Each tag is a binary classification of its own (binary relevance; Zhang & Zhou
    2014, section 3.1):

        sum_k softplus(z_k) - y_k z_k

    Args:
        truth: y, float ``(batch, tags)``, 0 or 1; or in between, the share of people
            who mention the tag.
        logits: z, float ``(batch, tags)``.

    Returns:
        float32 ``(batch,)``, in nats.
    """
    logits = tf.cast(logits, tf.float32)
    truth = tf.cast(truth, tf.float32)
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=truth, logits=logits)
    return tf.reduce_sum(losses, axis=-1)


def related_cross_entropy(
    counts: tf.Tensor,
    logits: tf.Tensor,
    label_smoothing: float = 0.0,
    excluded: tf.Tensor | None = None,
) -> tf.Tensor:
    """Return the cross-entropy of one softmax with several target words.

    The target words share the probability in proportion to their counts (Mahajan et al.
    2018, section 2.2: for many rare labels better than a sigmoid each), smoothed as in
    `token_cross_entropy`:

        log sum exp(z) - sum_k ((1 - e) p_k + e/K) z_k,    p = counts / sum(counts)

    Excluded words are left out, as if they were not among the K.

    Args:
        counts: ``(rows, K)``, at least 0: how often each word is a target.
        logits: z, float ``(rows, K)``.
        label_smoothing: e, from 0 to 1.
        excluded: bool ``(rows, K)``, words that count neither as right nor as wrong.

    Returns:
        float32 ``(rows,)``, in nats; 0 where there is no target word.
    """
    logits = tf.cast(logits, tf.float32)
    allowed = tf.ones_like(logits)
    if excluded is not None:
        allowed = tf.cast(~excluded, tf.float32)
        logits = tf.where(excluded, MASKED_LOGIT, logits)
    counts = tf.cast(counts, tf.float32) * allowed
    totals = tf.reduce_sum(counts, axis=-1, keepdims=True)
    uniform = tf.math.divide_no_nan(allowed, tf.reduce_sum(allowed, -1, keepdims=True))
    shares = tf.math.divide_no_nan(counts, totals)
    shares = (1 - label_smoothing) * shares + label_smoothing * uniform
    losses = tf.nn.softmax_cross_entropy_with_logits(labels=shares, logits=logits)
    return tf.where(totals[..., 0] > 0, losses, tf.zeros_like(losses))


# === For `keras.Model.compile` ===


@keras.saving.register_keras_serializable("captioning")
class TokenCrossEntropy(keras.losses.Loss):
    """The mean of `token_cross_entropy` over a batch's real tokens.

    Args:
        label_smoothing: e, from 0 to 1.
        ignore: the label that marks padding; None if there is none, as for classes.

    Call arguments:
        y_true: int ``(...)``, the labels.
        y_pred: float ``(..., vocabulary_size)``, the logits.
    """

    def __init__(self, label_smoothing=0.0, ignore: int | None = PAD, **kwargs):
        super().__init__(**kwargs)
        self.label_smoothing = label_smoothing
        self.ignore = ignore

    def call(self, y_true, y_pred):
        labels = tf.cast(tf.reshape(y_true, [-1]), tf.int32)
        logits = tf.reshape(y_pred, [-1, y_pred.shape[-1]])
        losses = token_cross_entropy(labels, logits, self.label_smoothing)
        if self.ignore is not None:
            losses = _for_a_mean_of(labels != self.ignore, losses)
        return tf.reshape(losses, tf.shape(y_pred)[:-1])

    def get_config(self):
        own = {"label_smoothing": self.label_smoothing, "ignore": self.ignore}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("captioning")
class TagCrossEntropy(keras.losses.Loss):
    """The mean of `tag_cross_entropy` over a batch's pictures.

    Call arguments:
        y_true: float ``(batch, tags)``, 0 to 1.
        y_pred: float ``(batch, tags)``, the logits.
    """

    def call(self, y_true, y_pred):
        return tag_cross_entropy(y_true, y_pred)


@keras.saving.register_keras_serializable("captioning")
class RelatedCrossEntropy(keras.losses.Loss):
    """The mean of `related_cross_entropy` over a batch's places.

    Args:
        label_smoothing: e, from 0 to 1.

    Call arguments:
        y_true: ``(batch, time, K)``, the counts; -1 for excluded words. A place with
            all words excluded is padding.
        y_pred: float ``(batch, time, K)``, the logits.
    """

    def __init__(self, label_smoothing=0.0, **kwargs):
        super().__init__(**kwargs)
        self.label_smoothing = label_smoothing

    def call(self, y_true, y_pred):
        counts, logits = (
            tf.reshape(y, [-1, y_pred.shape[-1]]) for y in (y_true, y_pred)
        )
        excluded = counts < 0
        losses = related_cross_entropy(counts, logits, self.label_smoothing, excluded)
        losses = _for_a_mean_of(~tf.reduce_all(excluded, axis=-1), losses)
        return tf.reshape(losses, tf.shape(y_pred)[:-1])

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


def _for_a_mean_of(real, losses):
    """Return losses ``(rows,)`` whose mean is that of the real ones among them."""
    share = tf.reduce_mean(tf.cast(real, losses.dtype))
    return tf.where(real, tf.math.divide_no_nan(losses, share), 0.0)
