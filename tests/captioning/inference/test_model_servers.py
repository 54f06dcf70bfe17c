"""What docs/exporting.md says to TensorFlow Serving and to Triton fits an export."""

import base64
import contextlib
import json
import re
import subprocess
from pathlib import Path

import pytest
import tensorflow as tf

from captioning.inference.choose_engine import load

PAGE = Path(__file__).parents[3] / "docs" / "exporting.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text("utf-8")


@pytest.fixture
def served(tiny_saved_model):
    """The export as a server loads it: a session, and the signature."""
    graph = tf.Graph()
    with contextlib.closing(tf.compat.v1.Session(graph=graph)) as session:
        with graph.as_default():
            loaded = tf.compat.v1.saved_model.load(
                session, ["serve"], str(tiny_saved_model)
            )
        yield session, loaded.signature_def["serving_default"]


def predict(served, body):
    """Answer a request in JSON, rows in and rows out, as TensorFlow Serving does."""
    session, signature = served
    (image_bytes,) = signature.inputs.values()  # the only one needs no name
    rows = [base64.b64decode(row["b64"]) for row in json.loads(body)["instances"]]
    names = sorted(signature.outputs)
    fetched = session.run(
        [signature.outputs[name].name for name in names], {image_bytes.name: rows}
    )
    return {
        "predictions": [
            dict(zip(names, row, strict=True)) for row in zip(*fetched, strict=True)
        ]
    }


def test_the_request_of_the_page_is_answered_with_the_words_of_the_command(
    page, served, tiny_run, awkward_photos, tmp_path
):
    (command,) = re.findall(r"^printf .*$", page, re.MULTILINE)
    photo = awkward_photos["00-RGB.jpg"]
    (tmp_path / "photo.jpg").write_bytes(photo)
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    (found,) = predict(served, (tmp_path / "request.json").read_text())["predictions"]
    (expected,) = load(tiny_run).caption([photo])
    assert [text.decode() for text in found["captions"]] == [
        c.caption for c in expected
    ]
    assert found["scores"] == pytest.approx([c.score for c in expected], rel=1e-4)
    assert found["errors"] == b""
    example = re.search(r'The answer is `(\{"predictions".*\})`', page)[1]
    assert set(json.loads(example)["predictions"][0]) == set(found)


def test_a_bad_picture_costs_itself_only(served, awkward_photos):
    files = [b"no picture", awkward_photos["00-RGB.jpg"]]
    instances = [{"b64": base64.b64encode(file).decode()} for file in files]
    bad, good = predict(served, json.dumps({"instances": instances}))["predictions"]
    assert b"expected" in bad["errors"] and not any(bad["captions"])
    assert good["errors"] == b"" and all(good["captions"])


def test_the_page_and_the_configuration_for_triton_have_the_signature(page, served):
    _, signature = served
    kinds = {tf.string: ("TYPE_STRING", "string"), tf.float32: ("TYPE_FP32", "float32")}
    for kind, tensors in (("input", signature.inputs), ("output", signature.outputs)):
        flags = re.DOTALL | re.MULTILINE
        block = re.search(rf"^{kind} \[.*?\}}\s\]$", page, flags)[0]
        described = {
            name: (data_type, dims.split(", "))
            for name, data_type, dims in re.findall(
                r'name: "(\w+)", data_type: (\w+), dims: \[ ([-\d, ]+) \]', block
            )
        }
        assert set(described) == set(tensors)
        for name, tensor in tensors.items():
            of_triton, ours = kinds[tf.as_dtype(tensor.dtype)]
            rank = len(tensor.tensor_shape.dim)
            assert described[name] == (of_triton, ["-1"] * rank)
            axes = "(batch,)" if rank == 1 else "(batch, beams)"
            assert f"| {kind} `{name}` | {ours} `{axes}` |" in page
