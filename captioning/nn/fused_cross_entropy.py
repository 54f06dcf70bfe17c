"""The loss of a read-out over a whole vocabulary, a few tokens at a time.

Logits are the widest tensor of all: tokens x vocabulary. Made for all tokens at once
they do not fit in any cache, and automatic differentiation makes four more tensors of
that size. Here a few tokens' logits are made, turned into their loss and at once into
their gradient, and forgotten: they never leave the cache, and are made once.
"""

import numpy as np
import tensorflow as tf

from captioning.nn.matmul import product, spaced, transposed

# Tokens a chunk: 384 x 8,000 words x 4 bytes = 12 MB, within a usual L3 cache; with
# fewer the product's gradient, of the size of the read-out, is added up too often, and
# with less than some 320 oneDNN's products are slower.
CHUNK = 384


def mean_word_loss(
    hidden: tf.Tensor,
    labels: tf.Tensor,
    embeddings: tf.Tensor,
    bias: tf.Tensor,
    label_smoothing: float = 0.0,
    weights: tf.Tensor | None = None,
) -> tf.Tensor:
    """Return the mean of `captioning.nn.losses.token_cross_entropy` of E u + b.

    Its gradient is written out: with p = softmax(z), a smoothed label q and a token's
    weight w,

        d_z = w (p - q) / tokens,  d_u = E^T d_z,  d_E = sum d_z u^T,  d_b = sum d_z

    Args:
        hidden: u, float ``(tokens, hidden)``, of real tokens only.
        labels: int ``(tokens,)``.
        embeddings: E, float ``(vocabulary_size, hidden)``.
        bias: b, float ``(vocabulary_size,)``.
        label_smoothing: e of `token_cross_entropy`, from 0 to 1.
        weights: float ``(tokens,)``, what each token's loss is multiplied by, of any
            sign; 1 if not given. The mean is still over their number.

    Returns:
        (), in nats, as wide as `hidden`; 0 where there is no token.
    """

    @tf.custom_gradient
    def run(hidden, embeddings, bias):
        loss, *gradients = _loss_and_gradients(
            hidden, labels, embeddings, bias, label_smoothing, weights
        )
        return loss, lambda d_loss: [d_loss * gradient for gradient in gradients]

    # Tensors: a variable that is captured would be asked for as an argument.
    embeddings, bias = (tf.cast(one, hidden.dtype) for one in (embeddings, bias))
    if weights is not None:
        weights = tf.stop_gradient(tf.cast(weights, hidden.dtype))
    return run(hidden, embeddings, bias)


def _loss_and_gradients(hidden, labels, embeddings, bias, label_smoothing, weights):
    """Return the mean loss, and d of `hidden`, of `embeddings` and of `bias`."""
    num_tokens, dtype = tf.shape(hidden)[0], hidden.dtype
    vocabulary_size, width = embeddings.shape
    rows, columns = spaced(embeddings), transposed(embeddings)
    tiny = np.finfo(dtype.as_numpy_dtype).tiny
    share = 1 / tf.cast(tf.maximum(num_tokens, 1), dtype)

    def chunk(first, loss, d_hidden, d_transposed, d_bias):
        u = hidden[first : first + CHUNK]
        words = labels[first : first + CHUNK]
        z = product(u, columns, vocabulary_size) + bias
        p = tf.nn.softmax(z)
        label_p = tf.gather(p, words, batch_dims=1)
        label_z = tf.gather(z, words, batch_dims=1)
        log_sum_exp = label_z - tf.math.log(tf.maximum(label_p, tiny))
        losses = log_sum_exp - (1 - label_smoothing) * label_z
        if label_smoothing:
            losses -= label_smoothing * tf.reduce_mean(z, axis=-1)
            p -= tf.constant(label_smoothing / vocabulary_size, dtype)
        places = tf.stack([tf.range(tf.shape(words)[0]), words], axis=1)
        weight = tf.constant(label_smoothing - 1, dtype)
        d_z = tf.tensor_scatter_nd_add(p, places, tf.fill(tf.shape(words), weight))
        if weights is not None:
            here = weights[first : first + CHUNK]
            losses, d_z = here * losses, here[:, None] * d_z
        return (
            first + CHUNK,
            loss + tf.reduce_sum(losses),
            d_hidden.write(first // CHUNK, product(d_z, rows, width)),
            # Transposed, because this product is the faster one.
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
