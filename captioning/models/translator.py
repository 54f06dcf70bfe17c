"""Translator, many-to-many, delayed: a sentence in, its translation out."""

import keras
import tensorflow as tf
from keras import ops

from captioning import decoding
from captioning.models.decoder import Decoder, Memory
from captioning.models.token_model import TokenModel
from captioning.nn.precision import layers_of_policy
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


@keras.saving.register_keras_serializable("captioning")
class Translator(TokenModel):
    """A sentence encoder and a `Decoder` that attends to its outputs.

    The decoder is that of the captioner: it attends to the positions of a sentence as
    it does to the regions of a picture. One model translates in several directions: the
    source's first token names the target language (Johnson et al. 2017).

    Args:
        reader: a `SentenceReader` of that decoder.
        decoder: a `Decoder`.

    Call arguments:
        inputs: a dict:
            "source_ids": int ``(batch, positions)``: the tag of the target language,
                the sentence, END, padding.
            "token_ids": int ``(batch, time)``, START first.

    Returns:
        logits ``(batch, time, vocabulary_size)`` of the token after each; compile it
        with `TokenCrossEntropy`.

    Example:
        >>> decoder = Decoder(8000, 384, LSTMCell(384), attention_dim=384)
        >>> translator = Translator(SentenceReader(decoder), decoder)
    """

    input_names_of_dict = ("source_ids", "token_ids")

    def __init__(self, reader: SentenceReader, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        if reader.embedding is not decoder.embedding or reader.cell is not decoder.cell:
            raise ValueError(
                "The reader has another embedding or another cell than the decoder; "
                "expected SentenceReader(decoder), of that same decoder."
            )
        self.reader = reader
        self.decoder = decoder

    def build(self, input_shape=None):
        """Create the weights. No shape is needed, since the inputs are ids."""
        if not self.decoder.built:
            self.reader.build((None, None))
            self.decoder.build((None, 2, 2 * self.decoder.cell.units))
        self.built = True

    def build_from_config(self, config):
        self.build()

    def read(self, source_ids, training=False) -> Memory:
        """Return the decoder's `Memory` of sentences ``(batch, positions)``."""
        regions = self.reader(source_ids, training=training)
        return self.decoder.read_regions(
            regions, training=training, mask=self.reader.mask(source_ids)
        )

    def hidden(self, source_ids, target_ids, training=False, mask=None):
        """Return the last layer before the logits, ``(batch, time, embedding_dim)``,
        and the attention's weights ``(batch, time, positions)``; the mask, of the
        target, as in `Decoder.hidden`."""
        memory = self.read(source_ids, training=training)
        return self.decoder.hidden(target_ids, memory, training=training, mask=mask)

    def call(self, inputs, training=False):
        hidden, _ = self.hidden(inputs["source_ids"], inputs["token_ids"], training)
        return self.decoder.logits(hidden)

    def beam_search(self, source_ids, tokens: decoding.SpecialTokens, **options):
        """Return `Hypotheses` for each sentence; options as `decoding.beam_search`."""
        memory = self.read(source_ids)
        states = [state[:, None] for state in self.decoder.initial_state(memory)]

        def step(token_ids, states):
            return self.decoder.step(token_ids, states, memory)

        return decoding.beam_search(step, states, tokens, **options)

    def get_config(self):
        return {
            **super().get_config(),
            "reader": self.reader.get_config(),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        decoder = keras.saving.deserialize_keras_object(config.pop("decoder"))
        with layers_of_policy(config.get("dtype")):
            reader = SentenceReader(decoder, **config.pop("reader"))
        return cls(reader, decoder, **config)
