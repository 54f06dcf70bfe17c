"""Captioner, one-to-many: a picture in, the token ids of a caption out."""

import keras
import tensorflow as tf

from captioning import decoding
from captioning.models.decoder import Decoder, Memory


@keras.saving.register_keras_serializable("captioning")
class Captioner(keras.Model):
    """An image encoder and a `Decoder` that attends to its regions.

    Args:
        encoder: a model, pixels ``(batch, height, width, 3)`` in 0..255 -> regions
            ``(batch, regions, region_dim)``; None if the inputs are cached regions.
        decoder: a `Decoder`.

    Call arguments:
        inputs: pixels, or regions if there is no encoder; a row for each picture.
        token_ids: int ``(captions, time)``, START first.
        caption_to_image: int ``(captions,)``, the row of `inputs` that each caption
            describes. A picture is encoded and projected once for all its captions.

    Returns:
        logits ``(captions, time, vocabulary_size)``.
    """

    def __init__(self, encoder, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, inputs, training=False):
        """Return the regions ``(batch, regions, region_dim)`` of `inputs`."""
        if self.encoder is None:
            return inputs
        return self.encoder(inputs, training=training)

    def hidden(self, inputs, token_ids, caption_to_image, training=False, mask=None):
        """Return the last layer before the logits, ``(captions, time,
        embedding_dim)``, and the attention's weights ``(captions, time, regions)``;
        the mask as in `Decoder.hidden`."""
        regions = self.encode(inputs, training=training)
        memory = self.decoder.read_regions(regions, training=training)
        memory = tf.nest.map_structure(
            lambda tensor: tf.gather(tensor, caption_to_image), memory
        )
        return self.decoder.hidden(token_ids, memory, training=training, mask=mask)

    def call(self, inputs, token_ids, caption_to_image, training=False):
        hidden, _ = self.hidden(inputs, token_ids, caption_to_image, training)
        return self.decoder.logits(hidden)

    # === Search ===

    def beam_search(self, inputs, tokens: decoding.SpecialTokens, **options):
        """Return `Hypotheses` for each picture; options as `decoding.beam_search`."""
        return decoding.beam_search(*self.search_inputs(inputs), tokens, **options)

    def greedy_search(self, inputs, tokens: decoding.SpecialTokens, **options):
        """Return `Hypotheses`, one a picture; options as `decoding.greedy_search`."""
        return decoding.greedy_search(*self.search_inputs(inputs), tokens, **options)

    def sample(self, inputs, tokens: decoding.SpecialTokens, **options):
        """Return sampled `decoding.Hypotheses`; options as `decoding.sample`."""
        return decoding.sample(*self.search_inputs(inputs), tokens, **options)

    def search_inputs(self, inputs):
        """Return a step function for pictures and its initial states, each
        ``(batch, 1, units)``; see `captioning.decoding`."""
        memory: Memory = self.decoder.read_regions(self.encode(inputs))
        states = [state[:, None] for state in self.decoder.initial_state(memory)]

        def step(token_ids, states):
            return self.decoder.step(token_ids, states, memory)

        return step, states

    def get_config(self):
        return {
            "name": self.name,
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        restore = keras.saving.deserialize_keras_object
        return cls(restore(config["encoder"]), restore(config["decoder"]))
