"""Captioner, one-to-many: a picture in, the token ids of a caption out."""

import keras
import tensorflow as tf

from captioning import decoding
from captioning.models.decoder import Decoder, Memory
from data_prep.text.special_tokens import END, PAD, START, UNK

TOKENS = decoding.SpecialTokens(start=START, end=END, pad=PAD, banned=(PAD, UNK, START))


@keras.saving.register_keras_serializable("captioning")
class Captioner(keras.Model):
    """An image encoder and a `Decoder` that attends to its regions.

    Args:
        encoder: a model, pixels ``(batch, height, width, 3)`` in 0..255 -> regions
            ``(batch, regions, region_dim)``; None if the inputs are cached regions.
        decoder: a `Decoder`.

    Call arguments:
        inputs: a dict:
            "images": pixels, or regions if there is no encoder; a row for each picture.
            "token_ids": int ``(captions, time)``, START first.
            "caption_to_image": int ``(captions,)``, the row of "images" that each
                caption describes: a picture is encoded once for all its captions.
                If not given, caption k describes picture k.

    Returns:
        logits ``(captions, time, vocabulary_size)`` of the token after each.

    Example:
        >>> captioner = Captioner(None, Decoder(8000, 384, LSTMCell(384), 384))
        >>> captioner.compile("adam", TokenCrossEntropy())
        >>> x = {"images": regions, "token_ids": token_ids[:, :-1]}
        >>> captioner.fit(x, token_ids[:, 1:])
        >>> captioner.generate(regions)
    """

    def __init__(self, encoder, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.supports_jit = False  # XLA must know how many real tokens there are
        self.built = decoder.built

    def build(self, input_shape):
        """Create the weights for inputs of these shapes; "images" is what matters."""
        regions_shape = input_shape["images"]
        if self.encoder is not None:
            regions_shape = self.encoder.compute_output_shape(regions_shape)
        if not self.decoder.built:
            self.decoder.build(regions_shape)

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

    def call(self, inputs, training=False):
        images, token_ids = inputs["images"], inputs["token_ids"]
        caption_to_image = inputs.get("caption_to_image")
        if caption_to_image is None:
            caption_to_image = tf.range(tf.shape(token_ids)[0])
        hidden, _ = self.hidden(images, token_ids, caption_to_image, training)
        return self.decoder.logits(hidden)

    # === Search ===

    @tf.function(autograph=False, reduce_retracing=True)
    def generate(self, images, num_beams=3, max_length=22, length_penalty=0.6):
        """Return the captions that beam search finds, as token ids, not words.

        `data_prep.text.vocabulary.Vocabulary.decode` turns them into words.

        Args:
            images: pixels, or regions if there is no encoder; a row for each picture.
            num_beams: hypotheses kept at each step; 1 is greedy search.
            max_length: tokens at most, END among them.
            length_penalty: see `decoding.beam_search`. The three defaults are those of
                the commands, `tasks.config.SearchConfig`; a test compares them.

        Returns:
            int32 ``(batch, max_length)``, the best of each picture: words, END, PAD.
        """
        options = {"max_length": max_length, "length_penalty": length_penalty}
        found = self.beam_search(images, TOKENS, num_beams=num_beams, **options)
        return found.token_ids[:, 0]

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

    # === Saving ===

    def export(self, filepath, format="tf_saved_model", verbose=None, **generation):
        """Write the model as a SavedModel that runs without this package.

        Its `serve` is the call, a dict -> logits; its `generate` takes images and
        returns token ids.

        Args:
            filepath: a new folder.
            format: "tf_saved_model"; `captioning.export` writes others.
            verbose: whether to print what is written.
            **generation: options of `generate`.
        """
        if format != "tf_saved_model":
            raise ValueError(
                f"export got format={format!r}; expected 'tf_saved_model'. "
                "`python -m captioning.export` writes runs as .tflite."
            )
        if self.encoder is None:
            shape = (None, None, self.decoder.image_projection.kernel.shape[0])
        else:
            shape = self.encoder.input_shape
        images = tf.TensorSpec(shape, tf.float32, "images")
        token_ids = tf.TensorSpec((None, None), tf.int32, "token_ids")
        archive = keras.export.ExportArchive()
        archive.track(self)
        archive.add_endpoint(
            "serve", self.call, [{"images": images, "token_ids": token_ids}]
        )
        archive.add_endpoint(
            "generate", lambda images: self.generate(images, **generation), [images]
        )
        archive.write_out(filepath, verbose=verbose)

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        restore = keras.saving.deserialize_keras_object
        encoder, decoder = (
            restore(config.pop("encoder")),
            restore(config.pop("decoder")),
        )
        return cls(encoder, decoder, **config)
