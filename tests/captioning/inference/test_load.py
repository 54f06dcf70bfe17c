"""Which engine captions: one a command, chosen by what it is given, and said."""

import json

import pytest

from captioning import caption, export, pretrained
from captioning.inference.litert import cache
from captioning.inference.litert.cache import cached_litert
from captioning.inference.litert.conversion import write_litert
from captioning.inference.litert.engine import LiteRTEngine
from captioning.inference.load import load
from captioning.inference.saved_model import write_saved_model
from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine
from data_prep.errors import BadInput


@pytest.fixture(scope="module")
def photo(tmp_path_factory, make_picture):
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    make_picture(90, 60).save(path)
    return path


@pytest.fixture
def user_cache(tmp_path, monkeypatch):
    """Return the user's cache folder, an empty one, on any system."""
    monkeypatch.setattr(cache, "_cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def pretrained_run(tiny_run, monkeypatch):
    """A small run in the place of the one that comes with the project."""
    monkeypatch.setattr(pretrained, "RUN", tiny_run)
    return tiny_run


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


def test_the_pretrained_captioner_is_run_by_litert_once_it_is_exported(
    pretrained_run, user_cache, photo, capsys
):
    arguments = [str(photo), "--explain", "--json", "--verbose"]
    assert type(load()) is RunEngine
    caption.main(arguments)
    by_run = capsys.readouterr()
    assert export.main(["--format", "litert"]) == 0
    assert capsys.readouterr().out == f"{cached_litert()}\n"
    assert list(user_cache.rglob("*.tflite")) == [cached_litert()]
    assert not list(pretrained_run.parent.rglob("*.tflite"))
    assert type(load()) is LiteRTEngine
    caption.main(arguments)
    by_file = capsys.readouterr()
    assert "captions by TensorFlow" in by_run.err
    assert f"captions by LiteRT, the file {cached_litert()}" in by_file.err
    assert _words(by_run.out) == _words(by_file.out)


def _words(line):
    return [found["caption"] for found in json.loads(line)["captions"]]


def test_the_number_of_pictures_does_not_change_the_engine(
    pretrained_run, user_cache, tmp_path, monkeypatch, capsys
):
    export.main(["--format", "litert"])
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(70):
        (folder / f"{number}.jpg").write_bytes(b"not a picture")
    loaded = []
    monkeypatch.setattr(LiteRTEngine, "__init__", lambda *a: loaded.append(a[1]))
    monkeypatch.setattr(LiteRTEngine, "description", "a file", raising=False)
    assert caption.main([str(folder)]) == 2
    assert loaded == [cached_litert()]


def test_an_export_of_another_model_or_of_other_beams_is_not_found(
    pretrained_run, user_cache, frozen_run, monkeypatch
):
    export.main(["--format", "litert", "--beams", "2"])
    assert type(load()) is RunEngine
    assert type(load(num_beams=2)) is LiteRTEngine
    assert type(load(num_beams=4)) is RunEngine
    assert type(load(num_beams=2, attention=True)) is RunEngine
    monkeypatch.setattr(pretrained, "RUN", frozen_run)
    assert type(load(num_beams=2)) is RunEngine


def test_words_that_rounding_may_change_are_not_put_into_the_cache(user_cache):
    with pytest.raises(BadInput, match="--weights int8 was given without --out"):
        export.main(["--format", "litert", "--weights", "int8"])
    assert not user_cache.exists()


def test_what_gives_no_attention_maps_is_named(tiny_run, tmp_path):
    (tmp_path / "a.tflite").touch()
    with pytest.raises(BadInput, match="a.tflite is a .tflite file.*expected a run"):
        load(tmp_path / "a.tflite", attention=True)


def test_the_cache_is_where_the_system_has_it(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(cache.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    assert cached_litert().parent == tmp_path / "mine" / "captioning"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative, to be ignored")
    assert cached_litert().parent == tmp_path / ".cache" / "captioning"
    monkeypatch.setattr(cache.sys, "platform", "darwin")
    assert cached_litert().parent == tmp_path / "Library" / "Caches" / "captioning"
    monkeypatch.setattr(cache.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cached_litert().parent == tmp_path / "local" / "captioning"
