"""The contract of data sets, their names, and the report of skipped items."""

import inspect
import json

import pytest

from data_prep import datasets
from data_prep.errors import BadInput
from data_prep.examples import KINDS, Skipped
from data_prep.text import choose_tokenizer


def test_a_new_file_is_a_new_data_set(tmp_path, monkeypatch):
    known = set(datasets.names())
    assert {"coco", "flickr30k", "flickr8k", "folder", "harbour"} <= known
    (tmp_path / "attic.py").write_text("NEEDS_SOURCE = False")
    monkeypatch.setattr(datasets, "__path__", [*datasets.__path__, str(tmp_path)])
    assert set(datasets.names()) == known | {"attic"}
    assert datasets.load("attic").NEEDS_SOURCE is False


@pytest.mark.parametrize("name", datasets.names())
def test_every_data_set_keeps_the_contract(name):
    module = datasets.load(name)
    assert module.__doc__
    assert isinstance(module.NEEDS_SOURCE, bool)
    assert module.KIND in KINDS
    if module.KIND != "captions":
        assert module.TOKENIZER in choose_tokenizer.KINDS
    if module.KIND == "translation":
        assert len(set(module.LANGUAGES)) == len(module.LANGUAGES) >= 2
    source, skipped, *options = inspect.signature(module.read).parameters.values()
    assert (source.name, skipped.name) == ("source", "skipped")
    assert all(option.kind is option.KEYWORD_ONLY for option in options)
    assert all(option.default is not option.empty for option in options)


@pytest.mark.parametrize("name", ["imagenet", "", "../errors", "__init__"])
def test_the_error_for_an_unknown_name_lists_all_names(name):
    with pytest.raises(BadInput, match="expected one of coco, diary, flickr30k"):
        datasets.load(name)


def test_skipped_counts_all_and_shows_a_few():
    skipped = Skipped()
    for number in range(8):
        skipped.add("too dark", f"{number}.jpg")
    skipped.add("too loud", "a\x1b[31m\n\ud800é")
    assert skipped.as_dict() == {
        "too dark": {"count": 8, "examples": [f"{n}.jpg" for n in range(5)]},
        "too loud": {"count": 1, "examples": [r"a\x1b[31m\n\ud800é"]},
    }
    json.dumps(skipped.as_dict()).encode("ascii")
