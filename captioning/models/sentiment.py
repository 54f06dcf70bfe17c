"""SentimentClassifier, many-to-one: a sentence in, its class out."""

import keras
import tensorflow as tf
from keras import ops

from captioning.models.token_model import TokenModel
from captioning.nn.masking import masked_mean, running_mean
from captioning.nn.precision import layers_of_policy
from captioning.nn.rnn import Recurrence
from data_prep.text.special_tokens import PAD, START, UNK

# Factor of the earlier token's id in the hash of an n-gram. Odd and large, so that
# neighbouring ids are not hashed to neighbouring rows.
_HASH = 1_000_003


@keras.saving.register_keras_serializable("captioning")
class SentimentClassifier(TokenModel):
    """Embedding, cell, and a linear layer on the last, maximum and mean output.

        x_t = E[w_t] + W [g_2; g_3; ...],  g_n = E_n[hash(w_{t-n+1} ... w_t)]
        h_t = cell(x_t, h_{t-1}),  h_0 = 0
        s_t = [h_t; x_t]
        r_t = [s_t; max(s_1 ... s_t); mean(s_1 ... s_t)]
        logits_t = W r_t + b

    It reads from left to right: the logits after a token do not depend on later ones.
    With the running maximum and mean (pooling, as in Howard & Ruder 2018, section 3.3)
    the cell need not carry a strong word to the end of a long sentence; with x beside h
    it need only learn what depends on the order of words. N-grams of 2 ... longest_gram
    tokens have embeddings of their own, in tables indexed by a hash (Joulin et al.
    2017), for tokens that mean something else together ("not bad"). In training, words
    are replaced by UNK at random (word dropout, Iyyer et al. 2015), with the n-grams
    that they are part of.

    Args:
        vocabulary_size: V, the number of tokens.
        embedding_dim: length of a token's embedding.
        cell: an `ElmanCell` or `LSTMCell`, or another `RecurrentCell`; it may be shared
            with other models.
        num_classes: number of classes.
        dropout: share of the inputs x that is dropped in training.
        readout_dropout: share of r that is dropped in training.
        word_dropout: share of the tokens that are replaced by UNK in training.
        gram_dropout: share of the n-grams that are left out in training.
        longest_gram: tokens of the longest n-gram; with 1 there are none.
        gram_dim: length of an n-gram's embedding. Short, so that the table can have
            many rows: n-grams with the same row cannot be told apart.
        gram_buckets: rows of the table of each length of n-grams; a prime number, so
            that hashes are spread evenly.

    Call arguments:
        token_ids: int ``(batch, time)``, START first, PAD after the last token.

    Returns:
        logits ``(batch, time, num_classes)`` after every token. At padding they have no
        meaning. `fit` and `evaluate` compare those after the last token with labels int
        ``(batch,)``; compile it with `TokenCrossEntropy(ignore=None)`.
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
            # Zeros: an n-gram that training has not met adds nothing to its words.
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
            noise_shape=(None, None, 1),  # all channels of an n-gram at once
            name="gram_dropout",
        )
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        self.recurrence = Recurrence(cell, name="recurrence")
        self.readout_dropout = keras.layers.Dropout(
            readout_dropout, name="readout_dropout"
        )
        self.readout = keras.layers.Dense(num_classes, name="readout")
        # For word dropout; a checkpoint stores its state.
        self.seed_generator = keras.random.SeedGenerator(name="seed_generator")

    @property
    def cell(self):
        return self.recurrence.cell

    def build(self, token_ids_shape=None):
        if not self.built:
            self.built = True  # set first, or the call would build it again
            self.call(ops.full((1, 1), START, "int32"))

    def call(self, token_ids, training=False):
        outputs, mask = self._encode(token_ids, training)
        highest = tf.scan(tf.maximum, ops.swapaxes(_lower_padding(outputs, mask), 0, 1))
        highest = ops.swapaxes(highest, 0, 1)
        pooled = [outputs, highest, running_mean(outputs, mask)]
        return self._classify(pooled, training)

    def last_logits(self, token_ids, training=False):
        """Return the logits after the last real token, ``(batch, num_classes)``.

        They equal those of `call` there, and cost less. For a row of padding only they
        have no meaning.
        """
        return self._read(*self._encode(token_ids, training), training)

    def logits_of_prefix(self, token_ids, training=False):
        """Return the logits after the last real token and after one before it that is
        drawn at random, both ``(batch, num_classes)``; START is never the drawn one.

        A loss on both trains the verdict after every word, at less cost than `call`.
        """
        outputs, mask = self._encode(token_ids, training)
        last = ops.cast(_last(mask), "float32")
        draws = keras.random.uniform(ops.shape(last), seed=self.seed_generator)
        drawn = 1 + ops.cast(draws * (last - 1), "int32")
        prefix = mask & (ops.arange(ops.shape(mask)[1]) <= drawn[:, None])
        return (
            self._read(outputs, mask, training),
            self._read(outputs, prefix, training),
        )

    # === Keras: a label is that of the whole sentence ===

    def compute_loss(self, x=None, y=None, y_pred=None, *args, **kwargs):
        return super().compute_loss(x, y, _at_the_last(x, y_pred), *args, **kwargs)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, y, _at_the_last(x, y_pred), sample_weight)

    # === Parts ===

    def _encode(self, token_ids, training):
        """Return s ``(batch, time, units + embedding_dim)``, zeros at padding, and the
        mask."""
        mask = ops.not_equal(token_ids, PAD)
        if training and self.word_dropout:
            draws = keras.random.uniform(ops.shape(token_ids), seed=self.seed_generator)
            dropped = draws < self.word_dropout
            # Padding and START are kept.
            token_ids = ops.where(dropped & (token_ids > START), UNK, token_ids)
        inputs = self.embedding(token_ids)
        grams = [
            self.gram_dropout(embedding(indices), training=training)
            for embedding, indices in zip(
                self.gram_embeddings, self._gram_indices(token_ids), strict=True
            )
        ]
        if grams:
            inputs += self.gram_projection(ops.concatenate(grams, axis=-1))
        inputs = self.dropout(inputs, training=training)
        outputs, _ = self.recurrence(inputs, mask=mask)
        inputs = ops.where(mask[..., None], inputs, ops.zeros_like(inputs))
        return ops.concatenate([outputs, inputs], axis=-1), mask

    def _gram_indices(self, token_ids) -> list:
        """Return for n = 2 ... the table's row of the n-gram that ends at each token,
        ``(batch, time)``; the tokens before START are PAD."""
        earlier = ops.cast(token_ids, "int64")
        hashed, indices = earlier, []
        for _ in self.gram_embeddings:
            earlier = ops.pad(earlier, [[0, 0], [1, 0]])[:, :-1]
            # Reduced at each length, so that the product stays within 64 bits.
            hashed = (hashed * 8191 + earlier * _HASH) % self.gram_buckets
            indices.append(hashed)
        return indices

    def _read(self, outputs, mask, training):
        """Return the logits ``(batch, num_classes)`` of the tokens of the mask."""
        pooled = [
            tf.gather(outputs, _last(mask), axis=1, batch_dims=1),
            ops.max(_lower_padding(outputs, mask), axis=1),
            masked_mean(outputs, mask),
        ]
        return self._classify(pooled, training)

    def _classify(self, pooled, training):
        r = ops.concatenate(pooled, axis=-1)
        return self.readout(self.readout_dropout(r, training=training))

    # === Config ===

    def get_config(self):
        return {
            **super().get_config(),
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
        with layers_of_policy(config.get("dtype")):
            return cls(cell=cell, **config)


def _at_the_last(token_ids, values):
    """Return ``(batch, dim)``: values ``(batch, time, dim)`` at each last real token of
    token ids ``(batch, time)``."""
    last = _last(ops.not_equal(token_ids, PAD))
    return tf.gather(values, last, axis=1, batch_dims=1)


def _last(mask):
    """Return the place of each last real token of a mask ``(batch, time)``, or 0."""
    return ops.maximum(ops.sum(ops.cast(mask, "int32"), axis=1) - 1, 0)


def _lower_padding(outputs, mask):
    """Return outputs ``(batch, time, dim)`` that at padding are below any maximum."""
    return ops.where(mask[..., None], outputs, outputs.dtype.min)
