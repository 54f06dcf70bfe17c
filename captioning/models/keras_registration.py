"""The names of our classes in `.keras` files, and the modules that define them.

`keras.saving.load_model` knows registered classes only. `import captioning` registers
ours by name, and imports one only when a file needs it, so that it stays light.
"""

import importlib
import importlib.machinery
import sys

HOMES = {
    "captioning.encoders.small": ["Coordinates"],
    "captioning.models.associations": ["WordAssociations"],
    "captioning.models.captioner": ["Captioner"],
    "captioning.models.decoder": ["Decoder"],
    "captioning.models.sentence_reader": ["SentenceReader"],
    "captioning.models.sentiment": ["SentimentClassifier"],
    "captioning.models.tagger": ["Tagger"],
    "captioning.models.translator": ["Translator"],
    "captioning.nn.attention": ["RegionAttention"],
    "captioning.nn.batch_normalization": ["BatchNormalization"],
    "captioning.nn.cells": ["ElmanCell", "LSTMCell"],
    "captioning.nn.losses": [
        "RelatedCrossEntropy",
        "TagCrossEntropy",
        "TokenCrossEntropy",
    ],
    "captioning.nn.rnn": ["RNN", "Recurrence"],
}


class _Unloaded:
    """Stands for a class in Keras' registry until a file needs it."""

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name

    def from_config(self, config):
        found = getattr(importlib.import_module(self.module), self.name)
        return found.from_config(config)


class _AfterKeras:
    """A finder and loader that registers our names once Keras is imported, by anyone.

    It has no base class of `importlib.abc`, whose import takes 10 ms.
    """

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        sys.meta_path.remove(self)
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _register(module)


def _register(keras) -> None:
    known = keras.saving.get_custom_objects()
    for module, names in HOMES.items():
        for name in names:
            known.setdefault(f"captioning>{name}", _Unloaded(module, name))


def register() -> None:
    """Make our names known to Keras, now or as soon as it is imported."""
    if keras := sys.modules.get("keras"):
        _register(keras)
    else:
        sys.meta_path.insert(0, _AfterKeras())
