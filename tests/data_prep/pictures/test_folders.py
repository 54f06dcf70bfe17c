"""Finding the picture files in folders."""

import os

import pytest

from data_prep.errors import BadInput
from data_prep.pictures.folders import find_pictures


def denied(*arguments):
    """Replaces `os.scandir`, because no permission stops root."""
    raise PermissionError(13, "Permission denied")


def test_folders_are_walked_in_order(tmp_path):
    names = ["b/2.jpg", "b/1.jpg", "a.jpg", "c/d/e.txt", ".hidden.jpg", ".git/x.jpg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c" / "up").symlink_to(tmp_path)  # a circle
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    found = [str(path.relative_to(tmp_path)) for path in find_pictures([tmp_path])]
    assert found == ["a.jpg", "b/1.jpg", "b/2.jpg", "link.jpg"]


def test_what_is_no_file_is_named(tmp_path, reader, reason):
    (tmp_path / "link").symlink_to("nothing")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    found = {path.name: reason(reader, path) for path in find_pictures([tmp_path])}
    assert list(found) == ["circle", "link", "pipe"]
    assert "Too many levels of symbolic links" in found["circle"]
    assert found["link"].startswith("is a link to what does not exist; expected")
    assert found["pipe"].startswith("is a device or pipe; expected")


def test_files_that_are_no_pictures_by_name_are_passed_over(tmp_path):
    pictures = ["a.jpg", "b", "c.heic", "d.unknown", "e.jpg.part", "folder.txt/f.png"]
    others = ["captions.csv", "clip.MOV", "folder.txt/README.md", "g.xmp", "Thumbs.db"]
    for name in [*pictures, *others, ".DS_Store"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    passed_over = []
    found = list(find_pictures([tmp_path, tmp_path / "g.xmp"], passed_over))
    named = tmp_path / "g.xmp"  # is tried: who names a file wants it captioned
    assert found == [*(tmp_path / name for name in pictures), named]
    assert sorted(passed_over) == sorted(tmp_path / name for name in others)
    assert list(find_pictures([tmp_path])) == found[:-1]


def test_files_are_yielded_as_given(tmp_path):
    given = [
        tmp_path / "none.jpg",
        tmp_path / ".hidden",
        tmp_path / "b",
        tmp_path / "a",
    ]
    (tmp_path / ".hidden").touch()
    assert list(find_pictures(given)) == given
    assert list(find_pictures([str(path) for path in given])) == given


def test_a_given_link_to_a_folder_is_walked(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.jpg").touch()
    (tmp_path / "link").symlink_to("real")
    assert list(find_pictures([tmp_path / "link"])) == [tmp_path / "link" / "a.jpg"]


def test_each_file_is_yielded_once_where_it_is_first(tmp_path, monkeypatch):
    for name in ("real/a.jpg", "real/b.jpg", "real/notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "real" / "c.jpg").symlink_to("a.jpg")  # a name of its own
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    others = []
    given = ["real/b.jpg", "link", "real", "real/../real/a.jpg", "no.jpg", "./no.jpg"]
    found = list(map(str, find_pictures(given, others)))
    assert found == ["real/b.jpg", "link/a.jpg", "link/c.jpg", "no.jpg"]
    assert list(map(str, others)) == ["link/notes.md"]


def test_a_folder_that_cannot_be_listed(tmp_path, monkeypatch):
    monkeypatch.setattr("data_prep.pictures.folders.os.scandir", denied)
    with pytest.raises(BadInput, match="cannot be listed"):
        list(find_pictures([tmp_path]))


def test_unreadable_entries_are_left_to_the_reader(
    reader, tmp_path, monkeypatch, reason
):
    for name in ("a.jpg", "locked/inside.jpg", "z/z.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    locked, loop = tmp_path / "locked", tmp_path / "loop"
    loop.symlink_to("loop")
    scandir = os.scandir
    monkeypatch.setattr(
        "data_prep.pictures.folders.os.scandir",
        lambda path: denied() if path == locked else scandir(path),
    )
    found = list(find_pictures([tmp_path]))
    assert found == [tmp_path / "a.jpg", locked, loop, tmp_path / "z" / "z.jpg"]
    assert reason(reader, loop).startswith("cannot be read (Too many levels of")
    assert "folder that cannot be listed (Permission" in reason(reader, locked)
    with pytest.raises(BadInput, match="cannot be listed"):
        list(find_pictures([locked]))
