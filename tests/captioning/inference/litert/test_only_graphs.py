"""A file with some of its graphs alone: they compute the same, the others nothing."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from captioning.inference.litert.converter import converted
from captioning.inference.litert.only_graphs import with_only


@pytest.fixture(scope="module")
def whole(tiny_litert):
    return tiny_litert.read_bytes()


def outputs(model: bytes, signature: str, **inputs):
    runner = Interpreter(model_content=model).get_signature_runner(signature)
    return {name: value.copy() for name, value in runner(**inputs).items()}


@pytest.mark.parametrize("search", ["captions_1", "captions_4"])
def test_what_is_kept_computes_the_same(whole, search):
    model = with_only(whole, ["regions", search])
    assert len(model) == len(whole)
    shape = Interpreter(model_content=whole).get_signature_runner("regions")
    (shape,) = [d["shape"] for d in shape.get_input_details().values()]
    pixels = np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)
    expected = outputs(whole, "regions", pixels=pixels)
    found = outputs(model, "regions", pixels=pixels)
    np.testing.assert_array_equal(found["regions"], expected["regions"])
    expected = outputs(whole, search, **expected)
    found = outputs(model, search, **found)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])


def test_the_other_graphs_have_no_operations(whole):
    model = with_only(whole, ["regions"])
    root = schema.Model.GetRootAsModel(model, 0)
    counts = [
        root.Subgraphs(k).OperatorsLength() for k in range(root.SubgraphsLength())
    ]
    signatures = map(root.SignatureDefs, range(root.SignatureDefsLength()))
    (kept,) = (
        each.SubgraphIndex() for each in signatures if each.SignatureKey() == b"regions"
    )
    assert counts[kept] > 5
    # Of the first graph one is left: without any LiteRT takes no fast kernels.
    assert sum(counts) - counts[kept] == (kept != 0)


def test_what_is_not_there(whole):
    with pytest.raises(ValueError, match="no signature captions_9"):
        with_only(whole, ["captions_9"])


def test_branches_are_kept_with_what_runs_them():
    @tf.function(autograph=False, input_signature=[tf.TensorSpec((), tf.float32, "x")])
    def compute(x):
        return {"y": tf.cond(x > 0.0, lambda: 3.0 * x, lambda: tf.abs(x) ** 2)}

    model = converted(tf.keras.Sequential(), {"compute": compute}, "float32")
    for x in (2.0, -2.0):
        found = outputs(with_only(model, ["compute"]), "compute", x=np.float32(x))
        assert found["y"] == outputs(model, "compute", x=np.float32(x))["y"]
        assert found["y"] == (6.0 if x > 0 else 4.0)
