"""A user's folder: captions are found and merged, splits are stable."""

import json
import os

import pytest

from data_prep.datasets import folder
from data_prep.errors import BadInput
from data_prep.examples import Skipped


def read(source, **options):
    skipped = Skipped()
    examples = list(folder.read(source, skipped, **options))
    return {e.image_id: e for e in examples}, skipped.as_dict()


@pytest.fixture
def source(tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    for name in ("1.jpg", "2.jpg", "deep/3.jpg"):
        (source / name).write_bytes(b"picture")
    return source


def write(source, captions, name="captions.json"):
    (source / name).write_text(json.dumps(captions))


def test_captions_of_one_picture_are_merged_and_repeats_dropped(source):
    rows = [("1.jpg", "A dog."), ("2.jpg", "A cat."), ("./deep/../1.jpg", "Two dogs.")]
    rows += [("1.jpg", "A  dog."), ("deep//3.jpg", "A cow."), (" 2.jpg ", "")]
    write(source, [{"image": i, "caption": c} for i, c in rows])
    examples, skipped = read(source)
    assert {name: e.captions for name, e in examples.items()} == {
        "1.jpg": ("A dog.", "Two dogs."),
        "2.jpg": ("A cat.",),
        "deep/3.jpg": ("A cow.",),
    }
    assert skipped == {
        "caption repeated for the same picture": {"count": 1, "examples": ["1.jpg"]},
        "caption without words": {"count": 1, "examples": ["2.jpg"]},
    }


def test_unusable_entries_are_counted_and_named(source, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    os.symlink(tmp_path / "secret.jpg", source / "link.jpg")
    bad = ["../secret.jpg", str(tmp_path / "secret.jpg"), "link.jpg", "lost.jpg"]
    write(
        source, {**{name: "A secret." for name in bad}, "1.jpg": "A dog.", "2.jpg": ""}
    )
    examples, skipped = read(source)
    assert list(examples) == ["1.jpg"]
    assert skipped == {
        "picture outside of its folder": {"count": 3, "examples": bad[:3]},
        "picture does not exist": {"count": 1, "examples": ["lost.jpg"]},
        "caption without words": {"count": 1, "examples": ["2.jpg"]},
        "picture without captions": {"count": 1, "examples": ["2.jpg"]},
    }


def test_names_that_nearly_fit_are_the_same_picture(source):
    (source / "Images").mkdir()
    (source / "Images/Über Nacht.JPG").write_bytes(b"picture")
    names = ["1.jpg", "1.JPG", "1", str(source / "1.jpg"), "./DEEP/../1", "Images/../1"]
    own = ["über nacht.jpg", "Images/ÜBER NACHT", "über Nacht"]
    write(source, [{"image": n, "caption": f"{n} A"} for n in [*names, *own]])
    examples, skipped = read(source)
    assert {name: len(e.captions) for name, e in examples.items()} == {
        "1.jpg": len(names),
        "Images/Über Nacht.JPG": len(own),
    }
    assert not skipped


def test_a_name_that_fits_two_pictures_is_none(source):
    (source / "1.png").write_bytes(b"another picture")
    os.mkfifo(source / "pipe.jpg")
    write(source, {"1": "A dog.", "1.PNG": "A cat.", "pipe.jpg": "A pipe."})
    examples, skipped = read(source)
    assert list(examples) == ["1.png"]
    assert skipped == {
        "name of several pictures, by capitals or endings": {
            "count": 1,
            "examples": ["1"],
        },
        "picture is no ordinary file": {"count": 1, "examples": ["pipe.jpg"]},
    }


def test_pictures_in_a_linked_folder(source):
    os.symlink(source / "deep", source / "images")
    write(source, {"3.jpg": "A", "deep/3.jpg": "B", "images/3.jpg": "C"})
    examples, skipped = read(source)
    assert list(examples) == ["deep/3.jpg"] and not skipped
    assert examples["deep/3.jpg"].captions == ("A", "B", "C")


def test_names_may_start_from_a_folder_images(source):
    (source / "images").mkdir()
    (source / "images/4.jpg").write_bytes(b"picture")
    captions = [("4.jpg", "A"), ("images/4.jpg", "B"), ("1.jpg", "C")]
    write(source, [{"image": i, "caption": c} for i, c in captions])
    examples, _ = read(source)
    assert {name: e.captions for name, e in examples.items()} == {
        "images/4.jpg": ("A", "B"),
        "1.jpg": ("C",),
    }
    assert examples["images/4.jpg"].image == source / "images/4.jpg"


def test_a_picture_stays_in_its_split_when_others_are_added(source):
    names = [f"{n}.png" for n in range(300)]
    for name in names:
        (source / name).write_bytes(b"picture")
    write(source, {name: "A dog." for name in names})
    before, _ = read(source)
    write(source, {name: "A cat." for name in reversed(names[::2])})
    after, _ = read(source)
    assert {n: e.split for n, e in after.items()} == {
        n: e.split for n, e in before.items() if n in after
    }
    splits = [e.split for e in before.values()]
    assert splits == sorted(splits, key=["train", "dev", "test"].index)
    assert splits.count("train") > 200 and set(splits) == {"train", "dev", "test"}


def test_the_file_of_captions_is_found(source, tmp_path):
    with pytest.raises(BadInput, match=r"no file of captions \(it has 1.jpg, 2.jpg\)"):
        read(source)
    (source / "metadata.csv").write_text("file_name,text\n1.jpg,A dog.\n")
    (source / "README.txt").write_text("not captions")
    assert list(read(source)[0]) == ["1.jpg"]
    (source / "more.jsonl").write_text('{"image": "2.jpg", "caption": "A cat."}')
    with pytest.raises(
        BadInput, match="captions: metadata.csv, more.jsonl; expected one"
    ):
        read(source)
    assert list(read(source, captions=source / "more.jsonl")[0]) == ["2.jpg"]
    (source / "captions.txt").write_text("image,caption\ndeep/3.jpg,A cow.\n")
    assert list(read(source)[0]) == ["deep/3.jpg"]  # the name decides
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text('{"2.jpg": "A cat."}')
    assert list(read(source, captions=elsewhere)[0]) == ["2.jpg"]
    with pytest.raises(BadInput, match=r"lost\.csv cannot be read"):
        read(source, captions=source / "lost.csv")


def test_a_folder_of_another_data_set_is_told(source):
    (source / "dataset_info.json").write_text("{}")
    (source / "state.json").write_text("{}")
    with pytest.raises(BadInput, match="use the data set huggingface"):
        read(source)
