"""Multitask: several heads over one cell, with one file of weights."""

from collections.abc import Mapping

import keras


class Multitask(keras.Model):
    """Hold heads, so that what they share is one variable of one model.

    `keras.models.load_model` fails on a model with two recurrences over one cell
    (Keras 3.15: "expected 3 variables, but received 0"): a run is read by building the
    heads anew over one new cell, and `load_weights`.

    Args:
        heads: name -> a built model.
    """

    def __init__(self, heads: Mapping[str, keras.Model], **kwargs):
        super().__init__(**kwargs)
        for name, head in heads.items():
            setattr(self, name, head)
        self.built = True
