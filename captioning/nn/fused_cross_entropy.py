"""Fused cross-entropy: logits, loss and gradient of a few tokens at a time.

The logits are the largest tensor of a training step: tokens x vocabulary. For all
tokens at once they do not fit in any cache, and automatic differentiation makes four
more tensors of that size. Here the logits of a chunk of tokens are computed once,
turned into their loss and their gradient, and dropped, so that they stay in the cache.
"""

import numpy as np
import tensorflow as tf

from captioning.nn.matmul import matmul_padded, pad_columns, padded_transpose

# Tokens in a chunk: 384 x 8,000 words x 4 bytes = 12 MB, within a usual L3 cache. With
# fewer, the gradient of the embeddings is accumulated too often, and with less than
# some 320 oneDNN's products are slower.
CHUNK = 384


def fused_cross_entropy(
    hidden: tf.Tensor,
    labels: tf.Tensor,
    embeddings: tf.Tensor,
    bias: tf.Tensor,
    label_smoothing: float = 0.0,
    weights: tf.Tensor | None = None,
) -> tf.Tensor:
    """Return the mean of `captioning.nn.losses.token_cross_entropy` of z = E u + b.

    Its gradient is written out: with p = softmax(z), a smoothed label q and a token's
    weight w,

        d_z = w (p - q) / tokens,  d_u = E^T d_z,  d_E = sum d_z u^T,  d_b = sum d_z

    Args:
        hidden: u, float ``(tokens, hidden)``, of real tokens only.
        labels: int ``(tokens,)``.
        embeddings: E, float ``(vocabulary_size, hidden)``.
        bias: b, float ``(vocabulary_size,)``.
        label_smoothing: e of `token_cross_entropy`, from 0 to 1.
        weights: float ``(tokens,)``, a factor of each token's loss, of any sign; 1 if
            not given. The sum of losses is divided by the number of tokens either way.

    Returns:
        (), in nats, of the type of `hidden`; 0 where there is no token.
    """

    @tf.custom_gradient
    def run(hidden, embeddings, bias):
        loss, *gradients = _loss_and_gradients(
            hidden, labels, embeddings, bias, label_smoothing, weights
        )
        return loss, lambda d_loss: [d_loss * gradient for gradient in gradients]

    # Tensors, since `tf.custom_gradient` would want a variable as its own argument.
    embeddings, bias = (tf.cast(one, hidden.dtype) for one in (embeddings, bias))
    if weights is not None:
        weights = tf.stop_gradient(tf.cast(weights, hidden.dtype))
    return run(hidden, embeddings, bias)


def _loss_and_gradients(hidden, labels, embeddings, bias, label_smoothing, weights):
    """Return the mean loss, and its gradient by `hidden`, `embeddings` and `bias`."""
    num_tokens, dtype = tf.shape(hidden)[0], hidden.dtype
    vocabulary_size, width = embeddings.shape
    padded, transposed = pad_columns(embeddings), padded_transpose(embeddings)
    tiny = np.finfo(dtype.as_numpy_dtype).tiny
    share = 1 / tf.cast(tf.maximum(num_tokens, 1), dtype)

    def chunk(first, loss, d_hidden, d_transposed, d_bias):
        u = hidden[first : first + CHUNK]
        label = labels[first : first + CHUNK]
        z = matmul_padded(u, transposed, vocabulary_size) + bias
        p = tf.nn.softmax(z)
        label_p = tf.gather(p, label, batch_dims=1)
        label_z = tf.gather(z, label, batch_dims=1)
        log_sum_exp = label_z - tf.math.log(tf.maximum(label_p, tiny))
        losses = log_sum_exp - (1 - label_smoothing) * label_z
        if label_smoothing:
            losses -= label_smoothing * tf.reduce_mean(z, axis=-1)
            p -= tf.constant(label_smoothing / vocabulary_size, dtype)
        indices = tf.stack([tf.range(tf.shape(label)[0]), label], axis=1)
        minus_q = tf.constant(label_smoothing - 1, dtype)
        d_z = tf.tensor_scatter_nd_add(p, indices, tf.fill(tf.shape(label), minus_q))
        if weights is not None:
            w = weights[first : first + CHUNK]
            losses, d_z = w * losses, w[:, None] * d_z
        return (
            first + CHUNK,
            loss + tf.reduce_sum(losses),
            d_hidden.write(first // CHUNK, matmul_padded(d_z, padded, width)),
            # d_E transposed: this product is the faster one.
            d_transposed + tf.matmul(u, d_z, transpose_a=True),
            d_bias + tf.reduce_sum(d_z, axis=0),
        )

    num_chunks = -(-num_tokens // CHUNK)
    d_hidden = tf.TensorArray(
        dtype, num_chunks, infer_shape=False, element_shape=(None, hidden.shape[1])
    )
    start = (
        0,
        tf.zeros((), dtype),
        d_hidden,
        tf.zeros((hidden.shape[1], vocabulary_size), dtype),
        tf.zeros_like(bias),
    )
    _, loss, d_hidden, d_transposed, d_bias = tf.while_loop(
        lambda first, *_: first < num_tokens, chunk, start
    )
    return (
        share * loss,
        share * d_hidden.concat(),
        share * tf.transpose(d_transposed),
        share * d_bias,
    )
