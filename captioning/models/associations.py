"""WordAssociations, many-to-many in step: after each word, the words related to them.

After "a boat is on the", for example, "water" and "sailor".
"""

import keras
import tensorflow as tf
from keras import ops

from captioning.models.token_model import TokenModel
from captioning.nn.masking import running_mean
from captioning.nn.precision import layers_of_policy
from captioning.nn.rnn import Recurrence
from data_prep.text.special_tokens import PAD


@keras.saving.register_keras_serializable("captioning")
class WordAssociations(TokenModel):
    """Logits of related words after every token, from the tokens so far.

        x_t = E[w_t]
        h_t = cell(x_t, h_{t-1}),  h_0 = 0
        m_t = (x_1 + ... + x_t) / t                        bag of words
        logits_t = W_h h_t + W_m m_t + b

    W_m m_t is a linear bag-of-words model, so that the cell need only learn what
    depends on the order of words.

    Args:
        vocabulary_size: V, the number of words that can be read.
        num_related: number of words that can be related.
        embedding_dim: length of a word's embedding x, the cell's input.
        cell: an `ElmanCell` or `LSTMCell`, or another `RecurrentCell`. It is not
            copied, so it may be shared with other models.
        dropout: share of the inputs x and of [h; m] that is dropped in training.
        word_dropout: share of words whose input x is set to zero in training.

    Call arguments:
        token_ids: int ``(batch, time)``, START first, PAD after the last word.

    Returns:
        logits ``(batch, time, num_related)``; those at time t depend on the tokens up
        to t only. At PAD they have no meaning. Compile it with `RelatedCrossEntropy`.
    """

    def __init__(
        self,
        vocabulary_size,
        num_related,
        embedding_dim,
        cell,
        dropout=0.0,
        word_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.num_related = num_related
        self.embedding_dim = embedding_dim
        self.dropout_rate = dropout
        self.word_dropout_rate = word_dropout

        self.embedding = keras.layers.Embedding(
            vocabulary_size, embedding_dim, name="embedding"
        )
        self.recurrence = Recurrence(cell, name="recurrence")
        # Training draws positions with it; a layer of the model, so that a checkpoint
        # stores its state. The attribute's name is part of the path on disk.
        self.places = keras.random.SeedGenerator(name="seed_generator")
        self.readout = keras.layers.Dense(num_related, name="related")
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        # All channels of a word at once.
        self.word_dropout = keras.layers.Dropout(
            word_dropout, noise_shape=(None, None, 1), name="words"
        )

    @property
    def cell(self):
        return self.recurrence.cell

    def build(self, token_ids_shape=None):
        self.logits(self.hidden(ops.ones((1, 1), "int32")))

    def call(self, token_ids, training=False):
        return self.logits(self.hidden(token_ids, training))

    def hidden(self, token_ids, training=False):
        """Return [h; m] ``(batch, time, units + embedding_dim)`` of token ids
        ``(batch, time)``: what `logits` reads."""
        real = ops.not_equal(token_ids, PAD)
        inputs = self.embedding(token_ids)
        inputs = self.word_dropout(inputs, training=training)
        inputs = self.dropout(inputs, training=training)
        outputs, _ = self.recurrence(inputs, mask=real)
        means = running_mean(inputs, real)
        return self.dropout(
            ops.concatenate([outputs, means], axis=-1), training=training
        )

    def logits(self, hidden):
        """Return ``(..., num_related)`` from what `hidden` returned."""
        return self.readout(hidden)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "num_related": self.num_related,
            "embedding_dim": self.embedding_dim,
            "cell": keras.saving.serialize_keras_object(self.cell),
            "dropout": self.dropout_rate,
            "word_dropout": self.word_dropout_rate,
        }

    @classmethod
    def from_config(cls, config):
        cell = keras.saving.deserialize_keras_object(config.pop("cell"))
        with layers_of_policy(config.get("dtype")):
            return cls(cell=cell, **config)


def rank_related(logits: tf.Tensor, was_read: tf.Tensor, count: int):
    """Return the most probable related words, best first.

    Args:
        logits: float ``(..., num_related)``.
        was_read: bool of the same shape, the words that were read: as in training, they
            take no share of the probability.
        count: how many to return.

    Returns:
        Their log probabilities and their numbers, both ``(..., count)``.
    """
    log_probs = tf.nn.log_softmax(tf.where(was_read, logits.dtype.min, logits))
    return tf.math.top_k(log_probs, count)
