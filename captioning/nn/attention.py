"""Attention: a query looks at all regions and takes a weighted mean of them."""

import math
from typing import NamedTuple

import keras
from keras import ops

# The score of a masked region. Finite, so that a row with nothing real is no NaN.
_NEVER = -1e9


class RegionMemory(NamedTuple):
    """A picture's regions, projected once for every word of every caption.

    Attributes:
        keys: ``(batch, regions, attention_dim)``, what a query is compared with.
        values: ``(batch, regions, attention_dim)``, what is handed back.
        mask: bool ``(batch, regions)``, True = real; or (), where all are. Not None,
            which `tf.nest` and loops take for a leaf: () holds no tensor at all.
    """

    keys: object
    values: object
    mask: object = ()


@keras.saving.register_keras_serializable("captioning")
class RegionAttention(keras.layers.Layer):
    """Scaled dot-product attention (Vaswani et al. 2017, eq. 1), one head.

    weights = softmax(Q K^T / sqrt(attention_dim))
    context = weights V

    A masked region has weight 0.

    One head, so that the weights say where the model looks. The query is the cell's
    *output* (Luong et al. 2015): nothing of the context goes back into the recurrence,
    and in training all time steps are one matrix product.

    Args:
        attention_dim: length of queries, keys and values.

    Call arguments:
        query: ``(batch, queries, units)``.
        memory: `RegionMemory`, from `project_regions`.

    Returns:
        context ``(batch, queries, attention_dim)`` and weights
        ``(batch, queries, regions)``, which sum to 1 over the regions.
    """

    def __init__(self, attention_dim: int, **kwargs):
        super().__init__(**kwargs)
        self.attention_dim = attention_dim
        self.supports_masking = True  # of queries: what comes of each is its own
        self.query = keras.layers.Dense(attention_dim, name="query")
        self.key = keras.layers.Dense(attention_dim, name="key")
        self.value = keras.layers.Dense(attention_dim, name="value")

    def project_regions(self, regions, mask=None) -> RegionMemory:
        """Return keys and values of regions ``(batch, regions, region_dim)``.

        Args:
            regions: the parts of each picture, or the places of each sentence.
            mask: bool ``(batch, regions)``, True = real; all real if not given.
        """
        return RegionMemory(
            self.key(regions), self.value(regions), () if mask is None else mask
        )

    def call(self, query, memory: RegionMemory):
        scores = ops.einsum("bqa,bra->bqr", self.query(query), memory.keys)
        scores = scores / math.sqrt(self.attention_dim)
        if not isinstance(memory.mask, tuple):
            scores = ops.where(memory.mask[:, None], scores, _NEVER)
        weights = ops.softmax(scores, axis=-1)
        context = ops.einsum("bqr,bra->bqa", weights, memory.values)
        return context, weights

    def get_config(self):
        return {**super().get_config(), "attention_dim": self.attention_dim}
