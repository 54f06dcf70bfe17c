"""Finding files and pictures in the folder that a user gives."""

import os

import pytest

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.source_folder import (
    find_all,
    find_file,
    find_picture,
    find_picture_folder,
    find_plain_or_gz,
    folders,
)


@pytest.fixture
def nested(tmp_path):
    for folder in ("b/c/d", "a", "__MACOSX/a", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_folders_level_by_level_and_not_too_deep(nested):
    found = [path.relative_to(nested).as_posix() for path in folders(nested)]
    assert found == [".", "a", "b", "b/c"]


def test_a_folder_that_disappears_has_no_folders(nested):
    found = []
    for folder in folders(nested):
        found.append(folder.name)
        if folder.name == "a":
            folder.rmdir()
    assert found == [nested.name, "a", "b", "c"]


def test_find_file(nested):
    (nested / "b/c/list.txt").write_text("")
    (nested / "__MACOSX/a/list.txt").write_text("")
    assert find_file(nested, "list.txt") == nested / "b/c/list.txt"
    assert find_file(nested, "lost.txt") is None
    (nested / "first.txt").write_text("")
    assert find_file(nested, "list.txt", "first.txt") == nested / "b/c/list.txt"


def test_find_plain_or_gz(nested):
    assert find_plain_or_gz(nested, "list.txt") is None
    (nested / "a/list.txt.gz").write_bytes(b"")
    assert find_plain_or_gz(nested, "list.txt") == nested / "a/list.txt.gz"
    (nested / "b/list.txt").write_bytes(b"")
    assert find_plain_or_gz(nested, "list.txt") == nested / "b/list.txt"


def test_find_all_names_every_missing_file(nested):
    (nested / "a/train.txt").write_text("")
    names = {"train": "train.txt", "dev": "dev.txt", "test": "test.txt"}
    with pytest.raises(BadInput, match="have no dev.txt nor test.txt; expected a set"):
        find_all(nested, names, "a set")
    assert find_all(nested, {"train": "train.txt"}, "a set") == {
        "train": nested / "a/train.txt"
    }


def test_find_picture_folder(nested):
    (nested / "b/c/2.jpg").write_bytes(b"2")
    (nested / "__MACOSX/a/1.jpg").write_bytes(b"shadow")
    assert find_picture_folder(nested, ["1.jpg", "2.jpg"]) == nested / "b/c"
    assert find_picture_folder(nested, ["c/2.jpg"]) == nested / "b"
    with pytest.raises(BadInput, match=r"e\.g\. 3\.jpg; .* pictures' folder into"):
        find_picture_folder(nested, ["3.jpg"])


def test_impossible_file_names(nested):
    (nested / "a/1.jpg").write_bytes(b"1")
    names = ["n" * 300 + ".jpg", "a\0.jpg", "\ud800.jpg"]
    assert find_picture_folder(nested, [*names, "1.jpg"]) == nested / "a"
    for name in names:
        assert find_file(nested, name) is None
        with pytest.raises(BadInput, match="do not have the pictures"):
            find_picture_folder(nested, [name])


def test_links_in_a_circle_are_ignored(nested):
    os.symlink("loop", nested / "loop")
    assert nested / "loop" not in list(folders(nested))


def test_a_name_that_is_not_unicode_is_skipped(tmp_path):
    """The file exists and JSON can spell its name, but a record cannot hold it."""
    name = os.fsdecode(b"\xff.jpg")
    (tmp_path / name).write_bytes(b"x")
    skipped = Skipped()
    assert find_picture(tmp_path, name, skipped) is None
    assert skipped.as_dict()["name that no picture can have"]["examples"] == [
        r"\udcff.jpg"
    ]


def test_find_picture_follows_links_but_not_out_of_the_folder(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / "deep").mkdir(parents=True)
    outside.mkdir()
    for path in (inside / "1.jpg", inside / "deep/2.jpg", outside / "secret"):
        path.write_bytes(b"x")
    os.symlink(outside / "secret", inside / "file.jpg")
    os.symlink(outside, inside / "folder")
    os.symlink(inside / "1.jpg", inside / "harmless.jpg")
    os.symlink("circle.jpg", inside / "circle.jpg")
    os.symlink(inside, tmp_path / "link")

    def reasons(name, folder=inside):
        skipped = Skipped()
        path = find_picture(folder, name, skipped)
        assert (path is None) == bool(skipped.as_dict())
        return next(iter(skipped.as_dict()), None)

    for name in ("1.jpg", "deep/2.jpg", "deep/../1.jpg", "harmless.jpg"):
        assert reasons(name) is None
    assert reasons("1.jpg", tmp_path / "link") is None
    for name in (
        "../outside/secret",
        "deep/../../outside/secret",
        str(outside / "secret"),
        str(inside / "1.jpg"),  # absolute: true on this machine only
        "file.jpg",
        "folder/secret",
    ):
        assert reasons(name) == "picture outside of its folder"
    assert reasons("3.jpg") == "picture does not exist"
    for name in ("deep", "", "."):
        assert reasons(name) == "picture is no ordinary file"
    for name in ("a\0.jpg", "\ud800.jpg", "n" * 300 + ".jpg"):
        assert reasons(name) in (
            "name that no picture can have",
            "picture does not exist",
        )
    assert reasons("circle.jpg")


def test_a_picture_that_comes_later_is_found_by_a_name_that_is_alike(tmp_path):
    assert find_picture(tmp_path, "a.jpg", Skipped()) is None
    (tmp_path / "A.JPG").write_bytes(b"x")
    assert find_picture(tmp_path, "a.jpg", Skipped()) == tmp_path / "A.JPG"
