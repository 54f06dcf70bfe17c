"""Translator, many-to-many, delayed: a sentence in, a sentence out."""

import keras
import tensorflow as tf
from keras import ops

from captioning import decoding
from captioning.models.decoder import Decoder, Memory
from captioning.nn.rnn import Recurrence


@keras.saving.register_keras_serializable("captioning")
class SentenceReader(keras.layers.Layer):
    """Read a sentence forwards and backwards: a region for each of its places.

    x_s = sqrt(embedding_dim) E[w_s]
    h_s = [cell over x_1 .. x_s ; cell over x_S .. x_s]     (Schuster & Paliwal 1997)

    The table E and the cell are the decoder's own. ONE cell reads both ways: it learns
    which way it goes from what comes first, a direction's tag or END.

    Args:
        decoder: the `Decoder` that will attend over the regions.
        dropout: share of the inputs x that is dropped in training.
        pad: the id of padding.

    Call arguments:
        token_ids: int ``(batch, places)``, padding behind the sentence.

    Returns:
        regions ``(batch, places, 2 * units)``, forwards and then backwards, zeros at
        padding.
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
        """Return bool ``(batch, places)``, True where there is a word."""
        return ops.not_equal(token_ids, self.pad)

    def call(self, token_ids, training=False):
        mask = self.mask(token_ids)
        lengths = ops.sum(ops.cast(mask, "int32"), axis=1)
        inputs = self.embedding(token_ids) * self.embedding.output_dim**0.5
        inputs = self.dropout(inputs, training=training)
        # Both ways are one run of the cell over twice as many sentences.
        both_ways = ops.concatenate([inputs, _reverse(inputs, lengths)])
        outputs, _ = self.recurrence(both_ways, mask=ops.concatenate([mask, mask]))
        forwards, backwards = ops.split(outputs, 2)
        return ops.concatenate([forwards, _reverse(backwards, lengths)], axis=-1)

    def get_config(self):
        # Without the decoder, which whoever holds both must hand over: see Translator.
        return {"name": self.name, "dropout": self.dropout.rate, "pad": self.pad}


def _reverse(sentences, lengths):
    """Reverse the real places ``(batch, places, dim)``; padding stays behind them."""
    return tf.reverse_sequence(sentences, lengths, seq_axis=1, batch_axis=0)


@keras.saving.register_keras_serializable("captioning")
class Translator(keras.Model):
    """A reader of sentences, a decoder that attends over what was read.

    The decoder is the captioner's: the places of a sentence are to it what the regions
    of a picture are. One model serves several directions, for the source says in its
    first token which language to write (Johnson et al. 2017).

    Args:
        reader: a `SentenceReader` of that decoder.
        decoder: a `Decoder`.

    Call arguments:
        source_ids: int ``(batch, places)``: the tag of the language to write, the
            sentence, END, padding.
        target_ids: int ``(batch, time)``, START first.

    Returns:
        logits ``(batch, time, vocabulary_size)``.

    Example:
        >>> decoder = Decoder(8000, 384, LSTMCell(384), attention_dim=384)
        >>> translator = Translator(SentenceReader(decoder), decoder)
    """

    def __init__(self, reader: SentenceReader, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        if reader.embedding is not decoder.embedding or reader.cell is not decoder.cell:
            raise ValueError(
                "The reader has another embedding or another cell than the decoder; "
                "expected SentenceReader(decoder), of that same decoder."
            )
        self.reader = reader
        self.decoder = decoder

    def build(self, source_shape=None, target_shape=None):
        """Make the weights. No shape is needed: ids have no width."""
        if not self.decoder.built:
            self.reader.build((None, None))
            self.decoder.build((None, 2, 2 * self.decoder.cell.units))
        self.built = True

    def build_from_config(self, config):
        self.build()

    def read(self, source_ids, training=False) -> Memory:
        """Return the decoder's `Memory` of sentences ``(batch, places)``."""
        regions = self.reader(source_ids, training=training)
        return self.decoder.read_regions(
            regions, training=training, mask=self.reader.mask(source_ids)
        )

    def hidden(self, source_ids, target_ids, training=False, mask=None):
        """Return the last layer before the logits, ``(batch, time, embedding_dim)``,
        and the attention's weights ``(batch, time, places)``; the mask, of the target,
        as in `Decoder.hidden`."""
        memory = self.read(source_ids, training=training)
        return self.decoder.hidden(target_ids, memory, training=training, mask=mask)

    def call(self, source_ids, target_ids, training=False):
        hidden, _ = self.hidden(source_ids, target_ids, training)
        return self.decoder.logits(hidden)

    def beam_search(self, source_ids, tokens: decoding.Tokens, **options):
        """Return `Hypotheses` for each sentence; options as `decoding.beam_search`."""
        memory = self.read(source_ids)
        states = [state[:, None] for state in self.decoder.initial_state(memory)]

        def step(token_ids, states):
            return self.decoder.step(token_ids, states, memory)

        return decoding.beam_search(step, states, tokens, **options)

    def get_config(self):
        return {
            "name": self.name,
            "reader": self.reader.get_config(),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        decoder = keras.saving.deserialize_keras_object(config["decoder"])
        reader = SentenceReader(decoder, **config["reader"])
        return cls(reader, decoder, name=config["name"])
