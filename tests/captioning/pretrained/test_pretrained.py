"""The captioner that comes with the project: small enough, used by default, and as good
as its model card says."""

import json
import re
import shutil
from pathlib import Path

import pytest

from captioning import caption, pretrained
from captioning.decoding import Reranker
from captioning.inference.litert import metadata
from captioning.pretrained import packing
from captioning.tasks.caption_scores import read_candidates, scores_of
from captioning.training.run_config import load_facts
from data_prep import atomic
from data_prep.datasets import flickr8k
from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.prepared.captions import SplitCaptions

FOLDER = Path(pretrained.__file__).parent
TEST_CAPTIONS = FOLDER / "flickr8k_test_captions.json"
LARGEST = {pretrained.RUN: 21e6, pretrained.PACKED: 9e6}  # bytes, that people download


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    import skimage
    from PIL import Image

    path = tmp_path_factory.mktemp("photos") / "astronaut.jpg"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return path


def test_it_is_small_and_names_no_place_of_its_makers():
    for path, largest in LARGEST.items():
        files = path.rglob("*") if path.is_dir() else [path]
        assert sum(file.stat().st_size for file in files) < largest
    facts = load_facts(pretrained.RUN)["captions"]
    assert facts.data == Path("data/flickr8k_coco")
    assert facts.config.vision.fine_tune  # what the licence of the encoder is there for
    assert "Apache License" in (FOLDER / "LICENSE-Apache-2.0.txt").read_text()


def test_it_captions_where_no_run_is_named(photo, capsys):
    assert caption.main([str(photo), "--json"]) == 0
    found = capsys.readouterr()
    assert "using the captioner that comes with the project" in found.err
    (best,) = json.loads(found.out)["captions"]
    # A smiling woman in an orange suit before a flag.
    assert {"woman", "man", "girl", "boy", "person"} & set(best["caption"].split())
    assert 0.0 < best["confidence"] < 1.0
    # The run, by TensorFlow, says the same.
    assert caption.main([str(photo), "--run", str(pretrained.RUN), "--json"]) == 0
    (same,) = json.loads(capsys.readouterr().out)["captions"]
    assert same["caption"] == best["caption"]
    assert same["score"] == pytest.approx(best["score"], abs=1e-3)


def test_the_file_is_the_run_exported(tmp_path):
    """The words, the options and the confidence; the weights are compared by what
    `benchmarks.confidence` and the photo above say."""
    model = pretrained.file().read_bytes()
    facts = metadata.facts_of(model, pretrained.file())
    words = (pretrained.RUN / "captions" / "vocabulary.txt").read_text("utf-8")
    assert facts["words"] == words.splitlines()
    config = load_facts(pretrained.RUN)["captions"].config
    assert facts["num_beams"] == config.search.num_beams
    reranker = pretrained.RUN / "captions" / "reranker.npz"
    reranker = Reranker.from_bytes(reranker.read_bytes())
    assert facts["reranked"]["num_beams"] == reranker.num_beams
    # The table is not kept as floats, which would take four times the bytes.
    assert reranker.weights.tobytes()[: 1024 * reranker.weights.shape[1]] in model
    assert facts["image_size"] == config.vision.image_size
    confidence = (pretrained.RUN / "confidence.npz").read_bytes()
    assert metadata.metadata_of(model)[metadata.CONFIDENCE] == confidence


def test_it_is_unpacked_once_and_anywhere(tmp_path, monkeypatch, capsys):
    unpacked = pretrained.file.__wrapped__  # it answers once a process
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = unpacked()
    assert file.parent == tmp_path / "cache" / "captioning"
    assert f"once, to {file}" in capsys.readouterr().err
    whole = file.read_bytes()
    monkeypatch.setattr(packing, "unpack", lambda *_: whole)
    assert unpacked() == file and not capsys.readouterr().err
    file.write_bytes(whole[:1000])
    assert unpacked().read_bytes() == whole
    (tmp_path / "file").write_text("in the way of a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    elsewhere = unpacked()
    assert tmp_path not in elsewhere.parents and elsewhere.read_bytes() == whole


def test_a_file_that_was_altered_after_it_was_unpacked_is_unpacked_again(
    photo, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    pretrained.file.cache_clear()
    try:
        path = pretrained.file()
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        assert not pretrained.is_whole(path)
        capsys.readouterr()
        assert caption.main([str(photo)]) == 0
        assert capsys.readouterr().err.count("unpacking the captioner") == 1
        assert pretrained.is_whole(path)
    finally:
        pretrained.file.cache_clear()


def test_an_altered_file_in_a_read_only_folder_is_unpacked_elsewhere(
    tmp_path, monkeypatch
):
    whole = pretrained.file().read_bytes()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(packing, "unpack", lambda *_: whole)
    pretrained.file.cache_clear()
    try:
        path = pretrained.file()
        path.write_bytes(b"x" * len(whole))

        def refusing(do):
            def refuse(file, *others, **options):
                if tmp_path in Path(file).parents:
                    raise PermissionError(file)
                return do(file, *others, **options)

            return refuse

        monkeypatch.setattr(atomic, "write_bytes", refusing(atomic.write_bytes))
        monkeypatch.setattr(Path, "unlink", refusing(Path.unlink))
        elsewhere = pretrained.file_anew()
        assert tmp_path not in elsewhere.parents
        assert elsewhere.read_bytes() == whole
        assert pretrained.file() == elsewhere
    finally:
        pretrained.file.cache_clear()


def test_a_package_that_was_altered_is_told(tmp_path, monkeypatch):
    run = shutil.copytree(pretrained.RUN, tmp_path / "run")
    weights = bytearray((run / "confidence.npz").read_bytes())
    weights[-1000] ^= 1
    (run / "confidence.npz").write_bytes(weights)
    monkeypatch.setattr(pretrained, "RUN", run)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(BadInput, match="cannot be unpacked .* Install captioning ag"):
        pretrained.file.__wrapped__()


def test_it_is_unsure_of_what_is_no_photo(make_picture, tmp_path, capsys):
    make_picture(200, 150).save(tmp_path / "no_photo.png")
    assert caption.main([str(tmp_path / "no_photo.png")]) == 0
    assert "(unsure: " in capsys.readouterr().out
    left = [str(tmp_path / "no_photo.png"), "--min-confidence", "0.5"]
    assert caption.main(left) == 0
    found = capsys.readouterr()
    assert found.out == ""
    assert "left out for a confidence below 0.5: 1" in found.err


def test_its_test_captions_score_as_the_model_card_says(shared_data):
    assert len(json.loads(TEST_CAPTIONS.read_text("utf-8"))) == 1000
    captions = read_candidates(TEST_CAPTIONS)
    # Words alone: no picture is read.
    read = flickr8k.read(shared_data("flickr8k"), Skipped())
    test = [example for example in read if example.split == "test"]
    split = SplitCaptions(
        [example.image_id for example in test],
        [example.captions for example in test],
        [example.scene for example in test],
    )
    assert len(test) == 1000 and captions.keys() == set(split.image_ids)
    scores = scores_of(captions, split)
    card = (FOLDER / "MODEL_CARD.md").read_text("utf-8")
    printed = dict(
        re.findall(r"^\| (BLEU-\d|ROUGE-L|CIDEr-D) \| ([\d.]+) \|$", card, re.M)
    )
    assert printed.keys() == scores.keys() - {"METEOR (NLTK)"}
    for name, value in printed.items():
        assert scores[name] == pytest.approx(float(value), abs=5.1e-4), name
