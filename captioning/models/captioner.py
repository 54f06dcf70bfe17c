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

    def beam_search_with_attention(
        self, inputs, tokens: decoding.SpecialTokens, *, max_length: int, **options
    ):
        """Return what `beam_search` does, and where the model looked as it chose each
        token: float32 ``(batch, beams, max_length, regions)``, each row of sum 1."""
        memory: Memory = self.decoder.read_regions(self.encode(inputs))
        states = [state[:, None] for state in self.decoder.initial_state(memory)]
        batch, regions = tf.unstack(tf.shape(memory.regions.keys)[:2])
        # The rows so far go along with the states, as beams are chosen among.
        looked = tf.zeros((batch, 1, max_length, regions))
        time = tf.zeros((batch, 1), tf.int32)

        def step(token_ids, state):
            states, looked, time = state
            logits, states, weights = self.decoder.step_with_attention(
                token_ids, states, memory
            )
            here = tf.one_hot(time, max_length)[..., None]
            looked += here * tf.cast(weights, tf.float32)[:, :, None]
            return logits, (states, looked, time + 1)

        found = decoding.beam_search(
            step, (states, looked, time), tokens, max_length=max_length, **options
        )
        return found, found.state[1]

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
