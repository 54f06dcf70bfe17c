"""The decoder: the words so far and a picture in, the next word's logits out.

One step is defined once. Teacher forcing (`call`) unrolls it over a whole caption,
search runs it word by word (`step`); a test checks that the two are equal.
"""

from typing import NamedTuple

import keras
import tensorflow as tf
from keras import ops

from captioning.nn.attention import RegionAttention, RegionMemory
from captioning.nn.masking import masked_mean
from captioning.nn.precision import layers_of_policy
from captioning.nn.rnn import Recurrence


class Memory(NamedTuple):
    """What the decoder reads of a picture, computed once for all words.

    Attributes:
        image_embedding: ``(batch, embedding_dim)``, the picture as a whole.
        regions: `RegionMemory`, its parts.
    """

    image_embedding: object
    regions: RegionMemory


@keras.saving.register_keras_serializable("captioning")
class Decoder(keras.Model):
    """Embedding, cell, attention, logits.

    x_t = sqrt(embedding_dim) E[w_t] + image_embedding   the input at every step
    h_t = cell(x_t, h_{t-1}),  h_0 = tanh(W_0 image_embedding)
    a_t = attention(h_t, regions)                        from the cell's output
    u_t = tanh(W_u [h_t; a_t])                           (Luong et al. 2015, eq. 5)
    logits_t = E u_t + b                                 tied (Press & Wolf 2017)

    Regions are normalised first, each to mean 0 and variance 1; the image embedding is
    an affine map of their mean.

    Args:
        vocabulary_size: V, the number of words.
        embedding_dim: length of a word's embedding, and of u.
        cell: an `ElmanCell` or `LSTMCell`, or another `RecurrentCell`.
        attention_dim: length of the attention's keys.
        dropout: share of the regions' channels, of the inputs x and of u that are
            dropped in training.
        word_dropout: share of the words whose embedding is set to zero in training
            (Bowman et al. 2016), so that the decoder cannot predict "boat" from
            "rowing" alone and has to use the picture.

    Call arguments:
        token_ids: int ``(batch, time)``, START first.
        memory: `Memory`, one row a caption, from `read_regions`.

    Returns:
        logits ``(batch, time, vocabulary_size)``.
    """

    def __init__(
        self,
        vocabulary_size,
        embedding_dim,
        cell,
        attention_dim,
        dropout=0.0,
        word_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.dropout_rate = dropout
        self.word_dropout_rate = word_dropout

        # === Layers ===
        # Regions of different encoders differ in scale; after this they do not. Without
        # scale and offset, which the projections that follow have.
        self.region_norm = keras.layers.LayerNormalization(
            center=False, scale=False, name="region_norm"
        )
        self.image_projection = keras.layers.Dense(embedding_dim, name="image")
        self.embedding = keras.layers.Embedding(
            vocabulary_size,
            embedding_dim,
            # Tied to the output, where this deviation gives logits of about size 1.
            embeddings_initializer=keras.initializers.RandomNormal(
                stddev=embedding_dim**-0.5
            ),
            name="embedding",
        )
        self.recurrence = Recurrence(cell, name="recurrence")
        self.state_projections = [
            keras.layers.Dense(cell.units, activation="tanh", name=f"state_{k}")
            for k in range(cell.num_states)
        ]
        self.attention = RegionAttention(attention_dim, name="attention")
        self.readout = keras.layers.Dense(
            embedding_dim, activation="tanh", name="readout"
        )
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        self.word_dropout = keras.layers.Dropout(
            word_dropout, noise_shape=(None, None, 1), name="words"
        )
        # A channel is dropped from all regions at once, since neighbours are alike.
        self.region_dropout = keras.layers.SpatialDropout1D(dropout, name="channels")

    @property
    def cell(self):
        return self.recurrence.cell

    def build(self, regions_shape):
        self.output_bias = self.add_weight(
            shape=(self.vocabulary_size,), initializer="zeros", name="output_bias"
        )
        regions, region_dim = regions_shape[1:]
        memory = self.read_regions(ops.zeros((1, regions or 1, region_dim)))
        self.logits(self.hidden(ops.zeros((1, 1), "int32"), memory)[0])

    # === Once for each picture ===

    def read_regions(self, regions, training=False, mask=None) -> Memory:
        """Return the `Memory` of regions ``(batch, regions, region_dim)``.

        Args:
            regions: of each picture, or the positions of each sentence.
            training: whether dropout is on.
            mask: bool ``(batch, regions)``, True = real; all real if not given.
        """
        regions = self.region_norm(ops.cast(regions, self.compute_dtype))
        regions = self.region_dropout(regions, training=training)
        return Memory(
            image_embedding=self.image_projection(masked_mean(regions, mask)),
            regions=self.attention.project_regions(regions, mask),
        )

    def initial_state(self, memory: Memory) -> list:
        """Return the states before the first word, each ``(batch, units)``."""
        return [project(memory.image_embedding) for project in self.state_projections]

    # === For each word ===

    def hidden(self, token_ids, memory: Memory, training=False, mask=None):
        """Return u ``(batch, time, embedding_dim)`` and the attention's weights
        ``(batch, time, regions)`` for whole captions ``(batch, time)``.

        Args:
            token_ids: START first.
            memory: one row a caption.
            training: whether dropout is on.
            mask: bool ``(batch, time)``, the positions to return. If given, u is
                ``(positions, embedding_dim)``, caption by caption, and the other
                positions cost little.
        """
        inputs = self._inputs(token_ids, memory, training)
        outputs, _ = self.recurrence(inputs, self.initial_state(memory), mask=mask)
        return self._attend(outputs, memory, training, mask)

    def logits(self, hidden):
        """Return ``(..., vocabulary_size)`` from u ``(..., embedding_dim)``."""
        embeddings = ops.transpose(self.embedding.embeddings)
        return ops.matmul(hidden, ops.cast(embeddings, hidden.dtype)) + ops.cast(
            self.output_bias, hidden.dtype
        )

    def readout_weights(self):
        """Return the weights of `logits`: E ``(vocabulary_size, embedding_dim)`` and
        the bias ``(vocabulary_size,)``."""
        return self.embedding.embeddings, self.output_bias

    def call(self, token_ids, memory: Memory, training=False):
        return self.logits(self.hidden(token_ids, memory, training)[0])

    def step(self, token_ids, states, memory: Memory):
        """Run one step for several hypotheses of each picture.

        Args:
            token_ids: int ``(batch, beams)``, the last words.
            states: list of ``(batch, beams, units)``.
            memory: `Memory`, one row a picture, not repeated for each beam.

        Returns:
            logits ``(batch, beams, vocabulary_size)`` and the new states.
        """
        logits, states, _ = self.step_with_attention(token_ids, states, memory)
        return logits, states

    def step_with_attention(self, token_ids, states, memory: Memory):
        """Return what `step` does, and the attention's weights ``(batch, beams,
        regions)`` that these logits come from."""
        inputs = self._inputs(token_ids, memory, training=False)
        outputs, states = self.cell.step(self.cell.project_inputs(inputs), states)
        hidden, weights = self._attend(outputs, memory, training=False)
        return self.logits(hidden), states, weights

    def _inputs(self, token_ids, memory, training):
        words = self.embedding(token_ids) * self.embedding_dim**0.5
        words = self.word_dropout(words, training=training)
        inputs = words + memory.image_embedding[:, None]
        return self.dropout(inputs, training=training)

    def _attend(self, outputs, memory, training, mask=None):
        context, weights = self.attention(outputs, memory.regions)
        both = ops.concatenate([outputs, context], axis=-1)
        if mask is not None:
            both = tf.boolean_mask(both, mask)
        hidden = self.readout(both)
        return self.dropout(hidden, training=training), weights

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "cell": keras.saving.serialize_keras_object(self.cell),
            "attention_dim": self.attention.attention_dim,
            "dropout": self.dropout_rate,
            "word_dropout": self.word_dropout_rate,
        }

    @classmethod
    def from_config(cls, config):
        cell = keras.saving.deserialize_keras_object(config.pop("cell"))
        with layers_of_policy(config.get("dtype")):
            return cls(cell=cell, **config)
