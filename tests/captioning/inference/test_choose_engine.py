"""Which engine captions: one a command, chosen by what it is given, and said."""

import pytest

from captioning import caption, pretrained
from captioning.inference.choose_engine import load
from captioning.inference.litert.conversion import write_litert
from captioning.inference.litert.engine import LiteRTEngine
from captioning.inference.saved_model import write_saved_model
from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine
from data_prep.errors import BadInput


@pytest.fixture(scope="module")
def photo(tmp_path_factory, make_picture):
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    make_picture(90, 60).save(path)
    return path


def test_what_a_path_names_is_what_is_loaded(tiny_run, photo, tmp_path, capsys):
    write_litert(tiny_run, tmp_path / "a.tflite", "float32")
    write_saved_model(tiny_run, tmp_path / "exported")
    picture, said = photo.read_bytes(), set()
    for path, kind, name in (
        (tiny_run, RunEngine, "TensorFlow, the run"),
        (tmp_path / "exported", SavedModelEngine, "TensorFlow, the SavedModel"),
        (tmp_path / "a.tflite", LiteRTEngine, "LiteRT, the file"),
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
    assert len(said) == 1  # the same words, whatever computes them


def test_the_pretrained_captioner_is_a_file_and_a_run(photo, capsys):
    assert load().description == f"LiteRT, the file {pretrained.FILE}"
    assert type(load(num_beams=5)) is LiteRTEngine
    assert type(load(num_beams=6)) is RunEngine  # the file searches with 1 to 5
    assert type(load(attention=True)) is LiteRTEngine
    assert caption.main([str(photo), "--verbose"]) == 0
    assert f"captions by LiteRT, the file {pretrained.FILE}" in capsys.readouterr().err


def test_engines_search_with_the_beams_that_each_call_asks_for(
    tiny_run, photo, tmp_path
):
    write_litert(tiny_run, tmp_path / "a.tflite", "float32")
    write_saved_model(tiny_run, tmp_path / "exported", num_beams=2)
    picture = photo.read_bytes()
    run, file = load(tiny_run), load(tmp_path / "a.tflite")
    for beams in (1, 4):
        ((*expected,),) = run.caption([picture], num_beams=beams)
        ((*found,),) = file.caption([picture], num_beams=beams)
        assert len(expected) == beams
        assert [c.caption for c in found] == [c.caption for c in expected]
    with pytest.raises(BadInput, match="searches with 1, 2, 3, 4, 5 beams, 6 were"):
        file.caption([picture], num_beams=6)
    with pytest.raises(BadInput, match="exported with 2 beams, 3 were asked for"):
        load(tmp_path / "exported").caption([picture], num_beams=3)


def test_an_export_gives_no_attention_maps(tiny_run, tmp_path):
    write_saved_model(tiny_run, tmp_path / "exported")
    with pytest.raises(BadInput, match="exported is an export.*expected a run"):
        load(tmp_path / "exported", attention=True)
