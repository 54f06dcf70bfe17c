"""Attention: a weighted mean of regions, with weights that depend on a query."""

import math
from typing import NamedTuple

import keras
from keras import ops

from captioning.nn.masking import MASKED_LOGIT


class RegionMemory(NamedTuple):
    """Keys and values of a picture's regions, computed once for all words.

    Attributes:
        keys: ``(batch, regions, attention_dim)``, compared with the query.
        values: ``(batch, regions, attention_dim)``, averaged.
        mask: bool ``(batch, regions)``, True = real; or () where all are real. Not
            None, which `tf.nest` and loops take for a leaf.
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

    One head, so that the weights show which regions a word is based on. The query is
    the cell's *output* (Luong et al. 2015): the context is not fed back into the
    recurrence, so that in training all time steps are one matrix product.

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
        self.supports_masking = True  # each query's output depends on it alone
        self.query = keras.layers.Dense(attention_dim, name="query")
        self.key = keras.layers.Dense(attention_dim, name="key")
        self.value = keras.layers.Dense(attention_dim, name="value")

    def project_regions(self, regions, mask=None) -> RegionMemory:
        """Return keys and values of regions ``(batch, regions, region_dim)``.

        Args:
            regions: of each picture, or the positions of each sentence.
            mask: bool ``(batch, regions)``, True = real; all real if not given.
        """
        return RegionMemory(
            self.key(regions), self.value(regions), () if mask is None else mask
        )

    def call(self, query, memory: RegionMemory):
        scores = ops.einsum("bqa,bra->bqr", self.query(query), memory.keys)
        scores = scores / math.sqrt(self.attention_dim)
        if not isinstance(memory.mask, tuple):
            scores = ops.where(memory.mask[:, None], scores, MASKED_LOGIT)
        weights = ops.softmax(scores, axis=-1)
        context = ops.einsum("bqr,bra->bqa", weights, memory.values)
        return context, weights

    def get_config(self):
        return {**super().get_config(), "attention_dim": self.attention_dim}
