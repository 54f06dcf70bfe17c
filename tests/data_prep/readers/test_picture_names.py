"""Names as caption files have them lead to the one picture that they mean."""

import os
from pathlib import Path

import pytest

from data_prep.examples import Skipped
from data_prep.readers.picture_names import PictureNames
from data_prep.readers.source_folder import find_picture


@pytest.fixture
def source(tmp_path):
    source = tmp_path / "source"
    for name in ("1.jpg", "Dog.JPG", "twin.jpg", "TWIN.jpg", "deep/3.v2.jpg"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(b"picture")
    (source / "photos").mkdir()
    (source / "photos/4.jpg").write_bytes(b"picture")
    (source / "images").symlink_to("photos")
    (tmp_path / "link").symlink_to(source)
    return source


def find(source, name, *others):
    """Return what a name leads to, and why it was skipped and what was noted."""
    skipped = Skipped()
    image_id = PictureNames(source, [name, *others], skipped).find(name)
    found = image_id is not None and find_picture(source, image_id, skipped)
    assert bool(found) != bool(skipped.as_dict())
    reason = next(iter(skipped.as_dict()), None)
    return image_id, reason, skipped.notes.get("names")


@pytest.mark.parametrize(
    "name, picture",
    [
        ("1.jpg", "1.jpg"),
        (" ./deep//../1.jpg ", "1.jpg"),
        ("4.jpg", "photos/4.jpg"),  # images is a link to photos
        ("images/4.jpg", "photos/4.jpg"),
        ("photos/4.jpg", "photos/4.jpg"),
        ("dog.jpg", "Dog.JPG"),
        ("dog", "Dog.JPG"),
        ("DEEP/3.v2", "deep/3.v2.jpg"),
        ("4", "photos/4.jpg"),
        ("deep\\3.v2.jpg", "deep/3.v2.jpg"),
    ],
)
def test_names_that_are_found(source, name, picture):
    image_id, reason, _ = find(source, name, "other.jpg")
    assert (image_id, reason) == (picture, None)


def test_a_folder_that_is_given_relatively(source, monkeypatch):
    monkeypatch.chdir(source.parent)
    for folder in ("source", "link"):
        for name, picture in (
            ("4.jpg", "photos/4.jpg"),
            ("deep/3.v2", "deep/3.v2.jpg"),
        ):
            assert find(Path(folder), name, "x.jpg")[0] == picture
    monkeypatch.chdir(source)
    assert find(Path(""), str(source / "images/4.jpg"), "x")[0] == "photos/4.jpg"


def test_absolute_names_inside_the_folder(source):
    for folder in (source, source.parent / "link"):
        for root in (source, source.parent / "link"):
            image_id, _, note = find(folder, str(root / "deep/3.v2.jpg"), "1.jpg")
            assert image_id == "deep/3.v2.jpg"
            assert note.startswith("1 were found otherwise than written, e.g. /")
        assert find(folder, str(root / "images/4.jpg"), "x")[0] == "photos/4.jpg"


@pytest.mark.parametrize("shared", ["/content/photos", "..", "val2014", "C:\\My\\x"])
def test_without_the_folder_that_all_names_begin_with(source, shared):
    names = [f"{shared}/1.jpg", f"{shared}/deep/3.v2.jpg"]
    assert [find(source, *order)[0] for order in (names, names[::-1])] == [
        "1.jpg",
        "deep/3.v2.jpg",
    ]


def test_names_in_a_folder_that_is_not_named(source):
    """As in Kaggle's copy of Flickr30k."""
    (source / "a/flickr30k").mkdir(parents=True)
    (source / "a/flickr30k/7.jpg").write_bytes(b"picture")
    assert find(source, "7.jpg", "8.jpg") == ("a/flickr30k/7.jpg", None, None)
    assert find(source, "7", "7.jpg")[0] == "a/flickr30k/7.jpg"
    assert find(source, "7.jpg", "1.jpg")[1] == "picture does not exist"


def test_a_folder_that_not_all_names_begin_with_stays(source):
    """Without it two pictures might become one."""
    for name in ("train/1.jpg", "val/1.jpg"):
        reason = find(source, name, "train/1.jpg", "val/1.jpg")[1]
        assert reason == "picture does not exist"


def test_the_reason_is_the_true_one(source, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    os.symlink(tmp_path, source / "out")
    os.mkfifo(source / "pipe.jpg")
    for name, reason in {
        "twin.JPG": "name of several pictures, by capitals or endings",
        "lost.jpg": "picture does not exist",
        str(tmp_path / "secret.jpg"): "picture outside of its folder",
        "out/secret.jpg": "picture outside of its folder",
        "deep": "picture is no ordinary file",
        "pipe.jpg": "picture is no ordinary file",
        "a\0.jpg": "name that no picture can have",
        "/a\0/b.jpg": "name that no picture can have",
        "\ud800.jpg": "name that no picture can have",
    }.items():
        assert find(source, name, "1.jpg")[1] == reason, name
    assert find(source, "twin.jpg")[0] == "twin.jpg"  # exact


def test_a_picture_that_may_not_be_read(source, monkeypatch):
    def denied(path):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.is_file", denied)
    assert find(source, "1.jpg")[1] == "picture that may not be read"
