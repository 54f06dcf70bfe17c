"""WordAssociations, many-to-many in step: after each word, the words that go with it.

Read "a boat is on the", and the harbour's other words come to mind: water, sailor.
"""

import keras
from keras import ops

from captioning.nn.rnn import Recurrence

_PAD = 0  # of every vocabulary here


@keras.saving.register_keras_serializable("captioning")
class WordAssociations(keras.Model):
    """A reader that says after every word what belongs with what it has read.

    x_t = E[w_t]
    h_t = cell(x_t, h_{t-1}),  h_0 = 0
    m_t = (x_1 + ... + x_t) / t                        the words without their order
    logits_t = W_h h_t + W_m m_t + b

    The second way to the logits, past the cell, is the linear bag-of-words model: what
    words say by merely being there need not be learned by the cell.

    Args:
        vocabulary_size: V, the number of words that can be read.
        num_related: number of words that can be related.
        embedding_dim: length of a word's embedding x, the cell's input.
        cell: an `ElmanCell` or a `LSTMCell`, or another of that contract. It may be
            shared with other models: it is not copied.
        dropout: share of the inputs x and of [h; m] that is dropped in training.
        word_dropout: share of words that are read as nothing in training, x = 0.

    Call arguments:
        token_ids: int ``(batch, time)``, START first, PAD (0) after the last word.

    Returns:
        logits ``(batch, time, num_related)``, after every token; what stands at time t
        depends on the tokens up to t only. Where there is PAD they mean nothing.
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
        # Of the places that training draws; a checkpoint goes on with them.
        self.places = keras.random.SeedGenerator(name="seed_generator")
        self.readout = keras.layers.Dense(num_related, name="related")
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        # The same for all channels of a word: it was not read at all.
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
        real = ops.not_equal(token_ids, _PAD)
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
            "name": self.name,
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
        return cls(cell=cell, **config)


def running_mean(inputs, mask):
    """Return at each time the mean of the real inputs so far.

    Args:
        inputs: ``(batch, time, input_dim)``.
        mask: bool ``(batch, time)``, True = real.

    Returns:
        ``(batch, time, input_dim)``; zeros before the first real one.
    """
    weights = ops.cast(mask, inputs.dtype)[..., None]
    counts = ops.maximum(ops.cumsum(weights, axis=1), 1)
    return ops.cumsum(inputs * weights, axis=1) / counts
