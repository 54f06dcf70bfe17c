"""Multitask: several heads over one cell, with one file of weights."""

from collections.abc import Mapping

import keras


class Multitask(keras.Model):
    """Hold several heads, so that the cell they share is saved once.

    `keras.models.load_model` fails on a model with two recurrent layers over one cell
    (Keras 3.15: "expected 3 variables, but received 0"). A run is therefore loaded by
    building the heads again, over one new cell, and `load_weights`.

    Args:
        heads: name -> a built model.
    """

    def __init__(self, heads: Mapping[str, keras.Model], **kwargs):
        super().__init__(**kwargs)
        for name, head in heads.items():
            setattr(self, name, head)
        self.built = True
