"""The captioner that comes with the project: small enough, used by default, and as good
as its model card says."""

import json
import re
from pathlib import Path

import pytest

from captioning import caption, pretrained
from captioning.tasks.caption_scores import read_candidates, references_of, scores_of
from captioning.training.run_directory import load_facts

FOLDER = Path(pretrained.__file__).parent
TEST_CAPTIONS = FOLDER / "flickr8k_test_captions.json"
LARGEST = 15e6  # bytes, in a repository that people clone


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    import skimage
    from PIL import Image

    path = tmp_path_factory.mktemp("photos") / "astronaut.jpg"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return path


def test_it_is_small_and_names_no_place_of_its_makers():
    size = sum(file.stat().st_size for file in pretrained.RUN.rglob("*"))
    assert size < LARGEST
    facts = load_facts(pretrained.RUN)["captions"]
    assert facts.data == Path("data/flickr8k")
    assert facts.config.vision.fine_tune  # what the licence of the encoder is there for
    assert "Apache License" in (FOLDER / "LICENSE-Apache-2.0.txt").read_text()


def test_it_captions_where_no_run_is_named(photo, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert caption.main([str(photo)]) == 0
    found = capsys.readouterr()
    assert "using the captioner that comes with the project" in found.err
    said = found.out.split(" -> ")[1].split()
    # A smiling woman in an orange suit before a flag.
    assert {"woman", "man", "girl", "boy", "person", "child"} & set(said)
    assert caption.main([str(photo), "--run", str(pretrained.RUN)]) == 0
    assert capsys.readouterr().out == found.out


def test_its_test_captions_score_as_the_model_card_says(shared_data, tmp_path):
    from data_prep.prepare import prepare

    assert len(json.loads(TEST_CAPTIONS.read_text("utf-8"))) == 1000
    prepare("flickr8k", shared_data("flickr8k"), tmp_path / "flickr8k")
    captions = read_candidates(TEST_CAPTIONS)
    split = references_of(captions, tmp_path / "flickr8k", "test")
    scores = scores_of(captions, split)
    card = (FOLDER / "MODEL_CARD.md").read_text("utf-8")
    printed = dict(
        re.findall(r"^\| (BLEU-\d|ROUGE-L|CIDEr-D) \| ([\d.]+) \|$", card, re.M)
    )
    assert printed.keys() == scores.keys() - {"METEOR (NLTK)"}
    for name, value in printed.items():
        assert scores[name] == pytest.approx(float(value), abs=5.1e-4), name
