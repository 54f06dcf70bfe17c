"""Which engine captions: one a command, chosen by what it is given, and said."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from captioning import caption, pretrained
from captioning.inference.choose_engine import load
from captioning.inference.confidence import Confidence
from captioning.inference.litert.conversion import write_litert
from captioning.inference.litert.engine import LiteRTEngine
from captioning.inference.saved_model import write_saved_model
from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine
from captioning.training.compact_runs import write_compact
from captioning.training.loading import load_run
from captioning.training.run_config import load_facts
from captioning.training.run_files import CONFIDENCE
from data_prep.errors import BadInput

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def photo(tmp_path_factory, make_picture):
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    make_picture(90, 60).save(path)
    return path


def test_what_a_path_names_is_what_is_loaded(
    tiny_run, tiny_saved_model, tiny_litert, photo, capsys
):
    picture, said = photo.read_bytes(), set()
    for path, kind, name in (
        (tiny_run, RunEngine, "TensorFlow, the run"),
        (tiny_saved_model, SavedModelEngine, "TensorFlow, the SavedModel"),
        (tiny_litert, LiteRTEngine, "LiteRT, the file"),
    ):
        engine = load(path)
        assert type(engine) is kind
        assert engine.description == f"{name} {path}"
        ((best, *_),) = engine.caption([picture])
        said.add(best.caption)
        assert caption.main([str(photo), "--run", str(path), "--verbose"]) == 0
        out, err = capsys.readouterr()
        assert out == f"{photo} -> {best.caption}\n"
        assert err == f"captions by {engine.description}\n"
    assert len(said) == 1  # the same words by each engine


def test_the_pretrained_captioner_is_a_file_and_a_run(photo, capsys):
    assert load().description == f"LiteRT, the file {pretrained.file()}"
    assert type(load(num_beams=5)) is LiteRTEngine
    message = rf"may be 1, 2, .*, 20, got 21.* the run {pretrained.RUN}, which"
    with pytest.raises(BadInput, match=message):  # never another engine, unasked
        load(num_beams=21)
    with pytest.raises(BadInput, match=message):
        caption.main([str(photo), "--beams", "21"])
    capsys.readouterr()
    assert type(load(attention=True)) is LiteRTEngine
    assert caption.main([str(photo), "--verbose"]) == 0
    assert (
        f"captions by LiteRT, the file {pretrained.file()}" in capsys.readouterr().err
    )


def test_engines_search_with_the_beams_that_each_call_asks_for(
    tiny_run, tiny_saved_model, tiny_litert, photo
):
    picture = photo.read_bytes()
    run, file = load(tiny_run), load(tiny_litert)
    for beams in (1, 4):
        ((*expected,),) = run.caption([picture], num_beams=beams)
        ((*found,),) = file.caption([picture], num_beams=beams)
        assert len(expected) == beams
        assert [c.caption for c in found] == [c.caption for c in expected]
    with pytest.raises(BadInput, match="may be 1, 2, 3, 4, 5, got 6"):
        file.caption([picture], num_beams=6)
    own = load_facts(tiny_run)["captions"].config.search.num_beams
    with pytest.raises(BadInput, match=f"tiny is {own}, got {own + 1}"):
        load(tiny_saved_model).caption([picture], num_beams=own + 1)


def test_an_export_gives_no_attention_maps(tiny_saved_model):
    with pytest.raises(BadInput, match="tiny is an export.*expected a run"):
        load(tiny_saved_model, attention=True)


def test_an_export_without_subwords_needs_no_tensorflow_text(
    tiny_run, photo, tmp_path, monkeypatch
):
    write_saved_model(tiny_run, tmp_path / "exported")
    monkeypatch.setitem(sys.modules, "tensorflow_text", None)  # cannot be imported
    ((best, *_),) = load(tmp_path / "exported").caption([photo.read_bytes()])
    assert best.caption
    # As in the graph of an export that has a tokenizer of subwords: here in a field,
    # number 100, that is not known.
    with open(tmp_path / "exported" / "saved_model.pb", "ab") as file:
        file.write(b"\xa2\x06\x17SentencepieceTokenizeOp")
    (tmp_path / "exported" / "manifest.json").unlink()
    with pytest.raises(ModuleNotFoundError, match=r'pip install "\.\[text\]"'):
        load(tmp_path / "exported")


def test_a_run_and_its_file_are_as_sure_of_a_caption(tiny_run, photo, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    assert not load(run).gives_confidence
    task = load_run(run).task("captions")
    region_dim = task.encoder.region_shape[-1]
    rng = np.random.default_rng(0)
    nouns = np.array([word for word in task.vocabulary.words if word.isalpha()])
    confidence = Confidence(
        words=nouns,
        nouns=nouns,
        probed=nouns[::2],
        weights=rng.normal(size=(len(nouns[::2]), region_dim)).astype(np.float16),
        biases=rng.normal(size=len(nouns[::2])).astype(np.float32),
        unprobed=np.float32(-3.0),
        scales=np.array([0.7, 0.4, 1.1], np.float32),
    )
    (run / CONFIDENCE).write_bytes(confidence.to_bytes())
    write_litert(run, tmp_path / "sure.tflite", "float32", num_beams=2)
    write_compact(run, tmp_path / "compact")
    assert (tmp_path / "compact" / CONFIDENCE).read_bytes() == confidence.to_bytes()
    engine, file = load(run, 2), load(tmp_path / "sure.tflite")
    assert engine.gives_confidence and file.gives_confidence
    picture = photo.read_bytes()
    ((*found,),) = engine.caption([picture])
    ((*expected,),) = file.caption([picture])
    assert [c.caption for c in found] == [c.caption for c in expected]
    np.testing.assert_allclose(
        [c.confidence for c in found], [c.confidence for c in expected], rtol=1e-3
    )
    looked, _ = engine.caption_with_attention(picture)
    assert looked[0].confidence == pytest.approx(found[0].confidence, rel=1e-5)


@pytest.mark.parametrize("value", [0, -1, "3", 2.0, True])
@pytest.mark.parametrize("name", ["num_beams", "threads"])
def test_a_number_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(BadInput, match=rf"{name} is {value!r}; expected an integer"):
        load(**{name: value})


def test_a_path_that_names_nothing_is_told_without_tensorflow(tiny_run, tmp_path):
    program = f"""
import sys
sys.modules["keras"] = None  # cannot be imported
import captioning
from captioning import export, read

def told(function, *arguments, **options):
    try:
        function(*arguments, **options)
    except (captioning.BadInput, ModuleNotFoundError) as error:
        print(error)

told(captioning.load, "nowhere")
told(captioning.load, ".")
told(captioning.load, "nowhere.tflite")
told(captioning.evaluate, run="nowhere")
told(captioning.train, "nowhere")
told(captioning.train, start_from="nowhere")
told(export.main, ["--run", "nowhere", "--out", "exported"])
told(read.main, ["sentiment", "good", "--run", "nowhere"])
told(captioning.load, {str(tiny_run)!r})
assert "tensorflow" not in sys.modules
"""
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert found.stderr == "" and not list(tmp_path.iterdir())
    expected = [
        "nowhere is not a run or an export: it does not exist",
        ". is not a run or an export: it has neither config.json nor saved_model.pb",
        "nowhere.tflite cannot be read",
        "nowhere is not a run: it does not exist",
        "nowhere holds no readable dataset.json",
        "nowhere is not a run: it does not exist",
        "nowhere is not a run: it does not exist",
        "nowhere is not a run or an export: it does not exist",
        "this needs the package",
    ]
    for line, start in zip(found.stdout.splitlines(), expected, strict=True):
        assert line.startswith(start)
