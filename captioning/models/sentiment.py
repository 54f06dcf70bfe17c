"""SentimentClassifier, many-to-one: a sentence in, word by word, one verdict out."""

import keras
import tensorflow as tf
from keras import ops

from captioning.nn.rnn import Recurrence

PAD, UNK, START = 0, 1, 2

# Multiplies the id of an earlier token in the hash of an n-gram. Odd and large, so
# that neighbouring ids do not fall into neighbouring rows.
_HASH = 1_000_003


@keras.saving.register_keras_serializable("captioning")
class SentimentClassifier(keras.Model):
    """Embedding, cell, and a read-out of all that the cell has said so far.

    x_t = E[w_t] + W [g_2; g_3; ...],  g_n = E_n[hash(w_{t-n+1} ... w_t)]
    h_t = cell(x_t, h_{t-1}),  h_0 = 0
    s_t = [h_t; x_t]
    r_t = [s_t; max(s_1 ... s_t); mean(s_1 ... s_t)]
    logits_t = W r_t + b

    It reads from left to right only: the verdict after a token knows nothing of those
    that follow. The running maximum and mean spare the cell from carrying a strong word
    over the rest of a long sentence (pooling, as in Howard & Ruder 2018, section 3.3),
    and x beside h what words say by merely being there: the cell is left with order.
    N-grams of 2 ... longest_gram tokens share rows by hashing (Joulin et al. 2017): two
    tokens that mean something else together ("not bad") can do so from their first step
    on. In training, words are replaced by UNK at random (word dropout, Iyyer et al.
    2015), with the n-grams that they are part of.

    Args:
        vocabulary_size: V, the number of tokens.
        embedding_dim: length of a token's embedding.
        cell: an `ElmanCell` or a `LSTMCell`, or another of that contract; it may be
            shared with other models.
        num_classes: the number of verdicts to choose from.
        dropout: share of the inputs x that is dropped in training.
        readout_dropout: share of the read-out r that is dropped in training.
        word_dropout: share of the tokens that are replaced by UNK in training.
        gram_dropout: share of the n-grams that are left out in training.
        longest_gram: tokens of the longest n-gram; with 1 there are none.
        gram_dim: length of an n-gram's embedding: many short rows rather than few long
            ones, for what shares a row is told apart by nothing.
        gram_buckets: rows of the table of each length of n-grams; a prime number, that
            hashes fill evenly.

    Call arguments:
        token_ids: int ``(batch, time)``, START first, PAD after the last token.

    Returns:
        logits ``(batch, time, num_classes)``: the verdict after every token. Those at
        padding mean nothing.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int,
        cell,
        num_classes: int = 2,
        dropout: float = 0.0,
        readout_dropout: float = 0.0,
        word_dropout: float = 0.0,
        gram_dropout: float = 0.0,
        longest_gram: int = 1,
        gram_dim: int = 32,
        gram_buckets: int = 120_011,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.num_classes = num_classes
        self.word_dropout = word_dropout
        self.longest_gram = longest_gram
        self.gram_dim = gram_dim
        self.gram_buckets = gram_buckets

        # === Layers ===
        self.embedding = keras.layers.Embedding(
            vocabulary_size,
            embedding_dim,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1),
            name="embedding",
        )
        self.gram_embeddings = [
            # Zeros: what is known of a new pair of words is what is known of each.
            keras.layers.Embedding(
                gram_buckets,
                gram_dim,
                embeddings_initializer="zeros",
                name=f"grams_{n}",
            )
            for n in range(2, longest_gram + 1)
        ]
        if self.gram_embeddings:
            self.gram_projection = keras.layers.Dense(
                embedding_dim, use_bias=False, name="gram_projection"
            )
        self.gram_dropout = keras.layers.Dropout(
            gram_dropout,
            noise_shape=(None, None, 1),  # a whole n-gram or nothing of it
            name="gram_dropout",
        )
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        self.recurrence = Recurrence(cell, name="recurrence")
        self.readout_dropout = keras.layers.Dropout(
            readout_dropout, name="readout_dropout"
        )
        self.readout = keras.layers.Dense(num_classes, name="readout")
        # Of word dropout; a checkpoint goes on with its draws.
        self.seed_generator = keras.random.SeedGenerator(name="seed_generator")

    @property
    def cell(self):
        return self.recurrence.cell

    def build(self, token_ids_shape=None):
        if not self.built:
            self.built = True  # before the first call, which would build it again
            self.call(ops.full((1, 1), START, "int32"))

    def call(self, token_ids, training=False):
        outputs, mask = self._read(token_ids, training)
        count = ops.cumsum(ops.cast(mask, outputs.dtype), axis=1)[..., None]
        mean = ops.cumsum(outputs, axis=1) / ops.maximum(count, 1)
        # A masked output is zeros: below any output it must not win.
        lowered = ops.where(mask[..., None], outputs, outputs.dtype.min)
        best = tf.scan(tf.maximum, ops.swapaxes(lowered, 0, 1))
        best = ops.swapaxes(best, 0, 1)
        return self._judge([outputs, best, mean], training)

    def verdict(self, token_ids, training=False):
        """Return the logits after the last real token, ``(batch, num_classes)``.

        What `call` says there, without a read-out of the tokens before it. A row of
        nothing but padding gets numbers that mean nothing.
        """
        outputs, mask = self._read(token_ids, training)
        real = mask[..., None]
        count = ops.sum(ops.cast(real, outputs.dtype), axis=1)
        last = ops.sum(ops.cast(mask, "int32"), axis=1) - 1
        parts = [
            tf.gather(outputs, ops.maximum(last, 0), axis=1, batch_dims=1),
            ops.max(ops.where(real, outputs, outputs.dtype.min), axis=1),
            ops.sum(outputs, axis=1) / ops.maximum(count, 1),
        ]
        return self._judge(parts, training)

    def _read(self, token_ids, training):
        """Return s ``(batch, time, units + embedding_dim)``, zeros at padding, and the
        mask."""
        mask = ops.not_equal(token_ids, PAD)
        if training and self.word_dropout:
            draws = keras.random.uniform(ops.shape(token_ids), seed=self.seed_generator)
            unread = draws < self.word_dropout
            # Padding and START stay what they are.
            token_ids = ops.where(unread & (token_ids > START), UNK, token_ids)
        inputs = self.embedding(token_ids)
        grams = [
            self.gram_dropout(embedding(rows), training=training)
            for embedding, rows in zip(
                self.gram_embeddings, self._gram_rows(token_ids), strict=True
            )
        ]
        if grams:
            inputs += self.gram_projection(ops.concatenate(grams, axis=-1))
        inputs = self.dropout(inputs, training=training)
        outputs, _ = self.recurrence(inputs, mask=mask)
        read = ops.where(mask[..., None], inputs, ops.zeros_like(inputs))
        return ops.concatenate([outputs, read], axis=-1), mask

    def _gram_rows(self, token_ids) -> list:
        """Return for n = 2 ... the row of the n-gram that ends at each token,
        ``(batch, time)``; before START stands PAD."""
        earlier = ops.cast(token_ids, "int64")
        hashed, rows = earlier, []
        for _ in self.gram_embeddings:
            earlier = ops.pad(earlier, [[0, 0], [1, 0]])[:, :-1]
            # Reduced at each length, so that the product stays within 64 bits.
            hashed = (hashed * 8191 + earlier * _HASH) % self.gram_buckets
            rows.append(hashed)
        return rows

    def _judge(self, parts, training):
        read = ops.concatenate(parts, axis=-1)
        return self.readout(self.readout_dropout(read, training=training))

    # === Config ===

    def get_config(self):
        return {
            "name": self.name,
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "cell": keras.saving.serialize_keras_object(self.cell),
            "num_classes": self.num_classes,
            "dropout": self.dropout.rate,
            "readout_dropout": self.readout_dropout.rate,
            "word_dropout": self.word_dropout,
            "gram_dropout": self.gram_dropout.rate,
            "longest_gram": self.longest_gram,
            "gram_dim": self.gram_dim,
            "gram_buckets": self.gram_buckets,
        }

    @classmethod
    def from_config(cls, config):
        cell = keras.saving.deserialize_keras_object(config.pop("cell"))
        return cls(cell=cell, **config)
