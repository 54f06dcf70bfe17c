"""Weights in float16: arrays are rounded, numbers are not."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from captioning.inference.litert.converter import converted
from captioning.inference.litert.metadata import tree_of


@pytest.fixture(scope="module")
def network():
    """A layer, a power with an exponent that float16 does not have, and a mask."""
    layer = tf.keras.layers.Dense(64, kernel_initializer="glorot_uniform")
    model = tf.keras.Sequential([tf.keras.Input((32,)), layer])
    mask = np.where(np.arange(64) % 2, 0, -1e9).astype(np.float32)

    @tf.function(
        autograph=False, input_signature=[tf.TensorSpec((1, 32), tf.float32, "x")]
    )
    def compute(x):
        return {"y": tf.abs(model(x)) ** 0.6 + mask, "z": tf.abs(x) ** 0.6}

    return model, compute


def test_a_constant_output_is_what_it_was():
    values = np.random.default_rng(1).normal(size=16).astype(np.float32)

    @tf.function(autograph=False, input_signature=[tf.TensorSpec((), tf.float32, "x")])
    def compute(x):
        return {"same": tf.constant(values), "times": values * x}

    half = converted(tf.keras.Sequential(), {"compute": compute}, "float16")
    found = outputs(half, np.float32(2))
    np.testing.assert_array_equal(found["same"], values)
    np.testing.assert_array_equal(found["times"], 2 * values)


def outputs(model: bytes, x):
    interpreter = Interpreter(model_content=model)
    return interpreter.get_signature_runner("compute")(x=x)


def test_arrays_are_rounded_and_numbers_are_not(network):
    model, compute = network
    x = np.random.default_rng(0).normal(size=(1, 32)).astype(np.float32)
    whole = converted(model, {"compute": compute}, "float32")
    half = converted(model, {"compute": compute}, "float16")
    # The kernel is 8,192 bytes in float32.
    assert 4096 - 1000 < len(whole) - len(half) < 4096 + 200
    found = outputs(half, x)
    np.testing.assert_allclose(found["z"], np.abs(x) ** 0.6, rtol=1e-6)
    kernel = model.get_weights()[0].astype(np.float16).astype(np.float32)
    y = np.abs(x @ kernel)[:, 1::2] ** 0.6
    np.testing.assert_allclose(found["y"][:, 1::2], y, rtol=1e-4, atol=1e-5)
    # The search tells impossible captions by their scores: the mask is not cut.
    assert np.all(found["y"][:, ::2] < -9e8)
    assert np.all(outputs(whole, x)["y"][:, ::2] < -9e8)


def test_a_table_that_is_also_a_matrix_is_cast_once_for_each():
    table = tf.keras.layers.Embedding(40, 32)
    model = tf.keras.Sequential([tf.keras.Input((None,), dtype="int32"), table])

    @tf.function(
        autograph=False, input_signature=[tf.TensorSpec((1, 3), tf.int32, "x")]
    )
    def compute(x):
        return {"y": tf.matmul(model(x), table.embeddings, transpose_b=True)}

    half = converted(model, {"compute": compute}, "float16")
    rounded = table.embeddings.numpy().astype(np.float16).astype(np.float32)
    x = np.array([[7, 0, 39]], np.int32)
    found = outputs(half, x)["y"]
    np.testing.assert_allclose(found, rounded[x] @ rounded.T, rtol=1e-5, atol=1e-6)

    # A product whose matrix a lookup reads too is not computed by XNNPACK.
    tree = tree_of(half)
    (graph,) = tree.subgraphs
    kinds = [tree.operatorCodes[o.opcodeIndex].builtinCode for o in graph.operators]
    named = schema.BuiltinOperator
    for cast, kind in zip(graph.operators, kinds, strict=True):
        if kind == named.DEQUANTIZE:
            readers = {
                other
                for o, other in zip(graph.operators, kinds, strict=True)
                if cast.outputs[0] in o.inputs
            }
            assert len(readers) == 1
    assert kinds.count(named.DEQUANTIZE) == 2
    assert len(half) < 2 * 40 * 32 + 3000  # the table itself is there once
