"""The .tflite file as it is written: hardly larger than its weights, and in place of
nothing but its like."""

import importlib

import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from captioning import export
from captioning.inference.litert.conversion import write_litert
from data_prep.errors import BadInput


def test_searches_share_their_weights(tiny_litert):
    # Five searches in a file that is hardly larger than the weights.
    weights = sum(v.nbytes for v in _arrays(tiny_litert))
    assert tiny_litert.stat().st_size < weights + 2**20
    signatures = Interpreter(str(tiny_litert)).get_signature_list()
    assert sorted(signatures) == [*(f"captions_{k}" for k in range(1, 6)), "regions"]


def _arrays(model):
    root = schema.Model.GetRootAsModel(model.read_bytes(), 0)
    buffers = (root.Buffers(number) for number in range(root.BuffersLength()))
    return [b.DataAsNumpy() for b in buffers if b.DataLength()]


def test_an_export_replaces_nothing_but_its_like(tiny_run, tmp_path):
    diary = tmp_path / "diary.txt"
    diary.write_text("dear diary")
    with pytest.raises(BadInput, match="exists and is no .tflite file"):
        write_litert(tiny_run, diary, "float32")
    assert diary.read_text() == "dear diary"
    out = str(tmp_path / "nowhere" / "m.tflite")
    with pytest.raises(BadInput, match="in one that does not exist"):
        export.main(["--run", str(tiny_run), "--format", "litert", "--out", out])


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("export", ["--weights", "int8", "--out", "x"], "--weights goes with"),
        (
            "export",
            ["--format", "litert", "--task", "tags", "--out", "x"],
            "does not save tags",
        ),
        ("export", ["--out", "a.bin"], "expected a name without an ending"),
        ("export", ["--format", "litert", "--out", "a.bin"], "ends in .tflite"),
        ("caption", ["--model", "m", "--tags", "p.jpg"], "one file that captions"),
        ("evaluate", ["--model", "m", "--grey"], "--model goes with"),
        ("evaluate", ["--model", "m"], "--model needs --data"),
        ("evaluate", ["--model", "m", "--captions", "c"], "--captions goes with"),
    ],
)
def test_flags_that_do_not_go_together(command, arguments, message):
    main = importlib.import_module(f"captioning.{command}").main
    with pytest.raises(BadInput, match=message):
        main(arguments)
