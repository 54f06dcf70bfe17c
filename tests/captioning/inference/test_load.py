"""Which engine captions: one a command, chosen by what it is given, and said."""

import pytest

from captioning import caption, pretrained
from captioning.inference.litert.engine import LiteRTEngine
from captioning.inference.load import load
from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine
from captioning.training.run_directory import load_facts
from data_prep.errors import BadInput


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
    assert len(said) == 1  # the same words, whatever computes them


def test_the_pretrained_captioner_is_a_file_and_a_run(photo, capsys):
    assert load().description == f"LiteRT, the file {pretrained.FILE}"
    assert type(load(num_beams=5)) is LiteRTEngine
    assert type(load(num_beams=6)) is RunEngine  # the file searches with 1 to 5
    assert type(load(attention=True)) is LiteRTEngine
    assert caption.main([str(photo), "--verbose"]) == 0
    assert f"captions by LiteRT, the file {pretrained.FILE}" in capsys.readouterr().err


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
    with pytest.raises(BadInput, match="searches with 1, 2, 3, 4, 5 beams, 6 were"):
        file.caption([picture], num_beams=6)
    own = load_facts(tiny_run)["captions"].config.search.num_beams
    with pytest.raises(BadInput, match=f"exported with {own} beams, {own + 1} were"):
        load(tiny_saved_model).caption([picture], num_beams=own + 1)


def test_an_export_gives_no_attention_maps(tiny_saved_model):
    with pytest.raises(BadInput, match="tiny is an export.*expected a run"):
        load(tiny_saved_model, attention=True)
