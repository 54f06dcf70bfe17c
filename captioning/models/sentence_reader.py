"""SentenceReader, the translator's encoder: a sentence read in both directions."""

import keras
import tensorflow as tf
from keras import ops

from captioning.models.decoder import Decoder
from captioning.nn.rnn import Recurrence


@keras.saving.register_keras_serializable("captioning")
class SentenceReader(keras.layers.Layer):
    """Encode a sentence in both directions: a region for each of its positions.

    x_s = sqrt(embedding_dim) E[w_s]
    h_s = [cell over x_1 .. x_s ; cell over x_S .. x_s]     (Schuster & Paliwal 1997)

    E and the cell are shared with the decoder. One cell reads both ways; which way it
    reads it learns from the first token, a language tag or END.

    Args:
        decoder: the `Decoder` that attends to the regions.
        dropout: share of the inputs x that is dropped in training.
        pad: the id of padding.

    Call arguments:
        token_ids: int ``(batch, positions)``, padding behind the sentence.

    Returns:
        regions ``(batch, positions, 2 * units)``, the forward outputs and then the
        backward ones, zeros at padding.
    """

    def __init__(self, decoder: Decoder, dropout=0.0, pad=0, **kwargs):
        super().__init__(**kwargs)
        self.embedding = decoder.embedding
        self.recurrence = Recurrence(decoder.cell, name="recurrence")
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        self.pad = pad

    @property
    def cell(self):
        return self.recurrence.cell

    def build(self, token_ids_shape):
        if not self.embedding.built:
            self.embedding.build(token_ids_shape)
        self.recurrence.build((*token_ids_shape, self.embedding.output_dim))

    def mask(self, token_ids):
        """Return bool ``(batch, positions)``, True where there is a token."""
        return ops.not_equal(token_ids, self.pad)

    def call(self, token_ids, training=False):
        mask = self.mask(token_ids)
        lengths = ops.sum(ops.cast(mask, "int32"), axis=1)
        inputs = self.embedding(token_ids) * self.embedding.output_dim**0.5
        inputs = self.dropout(inputs, training=training)
        # Both directions at once, as a batch of twice as many sentences.
        both_ways = ops.concatenate([inputs, _reverse(inputs, lengths)])
        outputs, _ = self.recurrence(both_ways, mask=ops.concatenate([mask, mask]))
        forwards, backwards = ops.split(outputs, 2)
        return ops.concatenate([forwards, _reverse(backwards, lengths)], axis=-1)

    def get_config(self):
        # Without the decoder: `Translator.from_config` passes it.
        return {"name": self.name, "dropout": self.dropout.rate, "pad": self.pad}


def _reverse(sentences, lengths):
    """Reverse the real positions ``(batch, positions, dim)``; padding stays behind."""
    return tf.reverse_sequence(sentences, lengths, seq_axis=1, batch_axis=0)
