"""Graphs -> a .tflite file, by TensorFlow's converter."""

import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from captioning.inference.litert.float16_weights import with_float16_weights
from data_prep.cli.import_tensorflow import silence


def converted(
    model: keras.Model, signatures: dict, weights: str, room: Path | None = None
) -> bytes:
    """Return a .tflite file with a signature for each of some functions.

    Args:
        model: whose weights the functions use.
        signatures: by name, each a `tf.function` with its input signature.
        weights: how they are kept. "float16" halves the file and is computed in
            float32; "int8" quarters it (post-training dynamic range quantization: large
            products are computed in integers, scaled for each input).
        room: a folder for temporary files; the system's if not given.
    """
    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    with tempfile.TemporaryDirectory(dir=room) as folder, silence():
        tf.saved_model.save(module, folder, signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(signatures)
        )
        if weights == "int8":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        model = converter.convert()
    return with_float16_weights(model) if weights == "float16" else model
