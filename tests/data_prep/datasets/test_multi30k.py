"""Multi30k: pairs line by line, and Flickr8k's test photos left out on request."""

import gzip
import json
from collections import Counter

import pytest

from data_prep.datasets import multi30k
from data_prep.errors import BadInput
from data_prep.examples import Parallel, Skipped


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "multi30k"
    (folder / "image_splits").mkdir(parents=True)
    for stem in ("train", "val", "test_2016_flickr"):
        for code in ("en", "de"):
            lines = "".join(f"{stem} {code} {n}\n" for n in range(4))
            (folder / f"{stem}.{code}.gz").write_bytes(gzip.compress(lines.encode()))
        names = "".join(f"{stem == 'val'}{n}.jpg\n" for n in range(4))
        (folder / f"image_splits/{stem}.txt").write_text(names)
    return folder


@pytest.fixture
def flickr8k(tmp_path):
    folder = tmp_path / "flickr8k"
    folder.mkdir()
    names = "False1_0a1b.jpg\nTrue2_ffff.jpg\nFalse11_cafe.jpg\n"
    (folder / multi30k.TEST_PHOTOS).write_text(names)
    return folder


def test_pairs_line_by_line(source):
    (source / "val.en.gz").unlink()
    (source / "val.en").write_text("plain\n \ntwo\nthree\n")  # plain files serve too
    skipped = Skipped()
    examples = list(multi30k.read(source, skipped))
    assert examples[1] == Parallel("train", {"en": "train en 1", "de": "train de 1"})
    assert [e.texts["en"] for e in examples if e.split == "dev"] == [
        "plain",
        "two",
        "three",
    ]
    assert [e.texts["de"][-1] for e in examples if e.split == "dev"] == ["0", "2", "3"]
    assert skipped.as_dict() == {"empty text": {"count": 1, "examples": ["val line 2"]}}
    assert "left out" not in skipped.notes


def test_test_photos_of_flickr8k_are_left_out_of_train_and_dev(source, flickr8k):
    skipped = Skipped()
    examples = list(multi30k.read(source, skipped, leave_out=flickr8k))
    kept = {
        split: [e.texts["de"][-1] for e in examples if e.split == split]
        for split in ("train", "dev", "test")
    }
    assert kept == {
        "train": ["0", "2", "3"],
        "dev": ["0", "1", "3"],
        "test": ["0", "1", "2", "3"],
    }
    entry = skipped.as_dict()["line about a photo that is left out"]
    assert entry == {"count": 2, "examples": ["train line 2", "val line 3"]}
    assert "Flickr8k" in skipped.notes["left out"]


def test_files_of_different_length_are_refused(source):
    (source / "val.de.gz").write_bytes(gzip.compress(b"nur eine\n"))
    with pytest.raises(BadInput, match=r"val\.en\.gz has 4 lines and .*de\.gz has 1;"):
        list(multi30k.read(source, Skipped()))


def test_missing_or_wrong_names_of_photos_are_refused(source, flickr8k):
    (source / "image_splits/train.txt").write_text("1.jpg\n")
    with pytest.raises(BadInput, match=r"has 4 lines and .*train\.txt has 1;"):
        list(multi30k.read(source, Skipped(), leave_out=flickr8k))
    (source / "image_splits/train.txt").unlink()
    with pytest.raises(BadInput, match=r"no train\.txt; expected the names"):
        list(multi30k.read(source, Skipped(), leave_out=flickr8k))


@pytest.fixture
def translated(tmp_path):
    folder = tmp_path / "translated"
    folder.mkdir()
    for code, text in (("en", "A boat."), ("de", "Ein Hund.")):
        found = [{"translation": f"{text} best", "score": -1.0}]
        found.append({"translation": "second", "score": -2.0})
        line = json.dumps({"text": text, "translations": found}) + "\n"
        untranslated = json.dumps({"text": "W" * 601, "error": "too long"}) + "\n"
        (folder / f"{code}.jsonl").write_text(line + untranslated)
    return folder


def test_what_a_model_translated_stands_behind_train(source, translated):
    skipped = Skipped()
    examples = list(multi30k.read(source, skipped, back_translated=translated))
    assert [e for e in examples if e.original] == examples[4:6]
    assert examples[4:6] == [
        Parallel("train", {"en": "A boat.", "de": "A boat. best"}, "en"),
        Parallel("train", {"de": "Ein Hund.", "en": "Ein Hund. best"}, "de"),
    ]
    assert [e.split for e in examples[6:8]] == ["dev", "dev"]
    assert skipped.notes["back-translated"].endswith("translated")
    assert skipped.as_dict()["sentence that was not translated"]["count"] == 2


@pytest.mark.parametrize(
    "line",
    [
        "Ein Hund.",
        '{"text": "Ein Hund.", "translations": []}',
        '["Ein Hund."]',
        '{"text": "Ein Hund.", "translations": [{"translation": 7}]}',
        '{"text": "Ein Hund.", "translations": [{"translation": "\\ud800"}]}',
    ],
)
def test_what_is_no_translation_is_refused(source, translated, line):
    with open(translated / "de.jsonl", "a") as file:
        file.write(line + "\n")
    with pytest.raises(BadInput, match=r"line 3 of .*de\.jsonl is .*Hund.*translate"):
        list(multi30k.read(source, Skipped(), back_translated=translated))


def test_missing_files_are_named(source, tmp_path):
    with pytest.raises(BadInput, match="no Flickr_8k.testImages.txt; expected Flickr8"):
        list(multi30k.read(source, Skipped(), leave_out=source))
    (source / "train.de.gz").unlink()
    with pytest.raises(BadInput, match=r"no train\.de; expected Multi30k"):
        list(multi30k.read(source, Skipped()))


@pytest.mark.parametrize("name", ["typo", "file"])
def test_leave_out_must_be_a_folder(source, tmp_path, name):
    (tmp_path / "file").write_text("1_a.jpg\n")
    with pytest.raises(BadInput, match=f"{name} is not a folder.*check --leave-out"):
        list(multi30k.read(source, Skipped(), leave_out=tmp_path / name))


def test_the_real_overlap_with_flickr8k(shared_data):
    """871 of Flickr8k's test photos are described in train, 28 in val."""
    skipped = Skipped()
    examples = list(
        multi30k.read(
            shared_data("multi30k"), skipped, leave_out=shared_data("flickr8k")
        )
    )
    sizes = Counter(e.split for e in examples)
    assert sizes == {"train": 29_000 - 871 - 3, "dev": 1014 - 28, "test": 1000}
    left_out = skipped.as_dict()["line about a photo that is left out"]
    assert left_out["count"] == 871 + 28
