"""Tagger, one-to-one: a picture in, its tags out.

There is no sequence, so the recurrent cell takes a single step from zero states.
"""

import keras
import tensorflow as tf
from keras import ops

from captioning.nn.precision import layers_of_policy

# Scale of the pooled vector: at variance 1, and twice that under dropout, the cell's
# tanh would be saturated at first. Of 1, 0.2, 0.1 and 0.05 this was best on dev.
_INPUT_SCALE = 0.2


@keras.saving.register_keras_serializable("captioning")
class Tagger(keras.Model):
    """A multi-label classifier with the recurrent cell as its hidden layer.

        x = W_x s [N(mean_k N(r_k)); N(max_k N(r_k))] + b_x,  s = 0.2
        h = cell(x, h_0),  h_0 = 0                            one step
        logits = W_y h + b_y                                  sigmoid: probabilities

    N normalises a vector to mean 0 and variance 1 over its channels (Ba et al. 2016).

    Args:
        encoder: a model, pixels ``(batch, height, width, 3)`` in 0..255 -> regions
            ``(batch, regions, region_dim)``; None if the inputs are cached regions.
        num_tags: number of tags.
        embedding_dim: length of x, the cell's input.
        cell: an `ElmanCell` or `LSTMCell`, or another `RecurrentCell`. It is not
            copied, so it may be shared with other models.
        dropout: share of the pooled channels that is dropped in training.
        state_dropout: share of h that is dropped in training.

    Call arguments:
        inputs: pixels, or regions if there is no encoder.

    Returns:
        logits ``(batch, num_tags)``; compile it with `TagCrossEntropy`.
    """

    def __init__(
        self,
        encoder,
        num_tags,
        embedding_dim,
        cell,
        dropout=0.0,
        state_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.num_tags = num_tags
        self.embedding_dim = embedding_dim
        self.cell = cell
        self.dropout_rate = dropout
        self.state_dropout_rate = state_dropout

        # Regions of different encoders differ in scale; after this they do not.
        self.region_norm = keras.layers.LayerNormalization(
            center=False, scale=False, name="region_norm"
        )
        # So do the two ways of pooling: means of many regions are close to zero.
        self.mean_norm = keras.layers.LayerNormalization(
            center=False, scale=False, name="mean_norm"
        )
        self.max_norm = keras.layers.LayerNormalization(
            center=False, scale=False, name="max_norm"
        )
        self.projection = keras.layers.Dense(embedding_dim, name="image")
        self.readout = keras.layers.Dense(num_tags, name="tags")
        self.dropout = keras.layers.Dropout(dropout, name="dropout")
        self.state_dropout = keras.layers.Dropout(state_dropout, name="state_dropout")

    def build(self, regions_shape):
        """Create the weights for regions ``(batch, regions, region_dim)``, or for
        pixels, of rank 4."""
        if len(regions_shape) == 4:
            regions_shape = self.encoder.compute_output_shape(regions_shape)
        if not self.cell.built:
            self.cell.build((None, self.embedding_dim))
        regions, region_dim = regions_shape[1:]
        self.logits(self.pool(ops.zeros((1, regions or 1, region_dim))))

    def call(self, inputs, training=False):
        regions = inputs
        if self.encoder is not None:
            regions = self.encoder(inputs, training=training)
        return self.logits(self.pool(regions), training=training)

    def pool(self, regions):
        """Return ``(batch, 2 * region_dim)`` of regions ``(batch, regions,
        region_dim)``: mean and maximum of each channel, normalised and scaled."""
        regions = self.region_norm(ops.cast(regions, self.compute_dtype))
        mean = self.mean_norm(ops.mean(regions, axis=1))
        highest = self.max_norm(ops.max(regions, axis=1))
        return _INPUT_SCALE * ops.concatenate([mean, highest], axis=-1)

    def logits(self, pooled, training=False):
        """Return ``(batch, num_tags)`` from what `pool` returned."""
        x = self.projection(self.dropout(pooled, training=training))
        states = self.cell.get_initial_state(ops.shape(pooled)[0])
        h, _ = self.cell.step(self.cell.project_inputs(x), states)
        return self.readout(self.state_dropout(h, training=training))

    def export(self, filepath, *args, input_signature=None, **kwargs):
        """Do what `keras.Model.export` does, also for a model that was built and never
        called."""
        if input_signature is None:
            shape = (None, None, self.projection.kernel.shape[0] // 2)
            if self.encoder is not None:
                shape = self.encoder.input_shape
            input_signature = [tf.TensorSpec(shape, tf.float32, "inputs")]
        super().export(filepath, *args, input_signature=input_signature, **kwargs)

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "num_tags": self.num_tags,
            "embedding_dim": self.embedding_dim,
            "cell": keras.saving.serialize_keras_object(self.cell),
            "dropout": self.dropout_rate,
            "state_dropout": self.state_dropout_rate,
        }

    @classmethod
    def from_config(cls, config):
        restore = keras.saving.deserialize_keras_object
        encoder, cell = restore(config.pop("encoder")), restore(config.pop("cell"))
        with layers_of_policy(config.get("dtype")):
            return cls(encoder=encoder, cell=cell, **config)
