"""Translator, many-to-many, delayed: a sentence in, its translation out."""

import keras

from captioning import decoding
from captioning.models.decoder import Decoder, Memory
from captioning.models.sentence_reader import SentenceReader
from captioning.models.token_model import TokenModel
from captioning.nn.precision import layers_of_policy


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
