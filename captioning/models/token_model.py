"""The base of models that read token ids."""

from typing import ClassVar

import keras
import tensorflow as tf


class TokenModel(keras.Model):
    """A model whose inputs are token ids, int ``(batch, time)``, padded.

    Attributes:
        input_names_of_dict: the keys, if the input is a dict of several.
    """

    input_names_of_dict: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_jit = False  # XLA must know how many real tokens there are

    def export(self, filepath, *args, input_signature=None, **kwargs):
        """Do what `keras.Model.export` does; the inputs are int32 unless it is given
        another signature."""
        if input_signature is None:
            ids = tf.TensorSpec((None, None), tf.int32, "token_ids")
            names = self.input_names_of_dict
            input_signature = [dict.fromkeys(names, ids) if names else ids]
        super().export(filepath, *args, input_signature=input_signature, **kwargs)
