"""Captions in text files beside pictures: found, read, and never from elsewhere."""

import os

import pytest

from data_prep.datasets import folder
from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.sidecars import read_sidecars


def rows_of(source):
    skipped = Skipped()
    return list(read_sidecars(source, skipped)), skipped.as_dict()


@pytest.fixture
def source(tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    for name in ("a.jpg", "deep/ b.c.png", "lonely.jpg"):
        (source / name).write_bytes(b"picture")
    (source / "a.txt").write_bytes(b"\xef\xbb\xbfA dog, running.\r\n\r\nTwo dogs.")
    (source / "deep/ b.c.txt").write_text("배 한 척\n")
    return source


def test_every_line_is_a_caption(source):
    rows, skipped = rows_of(source)
    assert rows == [
        ("a.jpg", "A dog, running."),
        ("a.jpg", "Two dogs."),
        ("deep/ b.c.png", "배 한 척"),
    ]
    assert skipped == {
        "picture without a sidecar": {"count": 1, "examples": ["lonely.jpg"]}
    }


def test_bad_sidecars_are_counted_and_named(source, tmp_path):
    (tmp_path / "secret.txt").write_text("A secret.")
    (source / "lonely.txt").symlink_to(tmp_path / "secret.txt")
    (source / "a.txt").write_bytes(b"A dog.\n\xff\n")
    (source / "deep/ b.c.txt").write_text(" \n")
    (source / "pipe.jpg").touch()
    os.mkfifo(source / "pipe.txt")
    rows, skipped = rows_of(source)
    assert rows == [("a.jpg", "A dog.")]
    assert {reason: entry["examples"] for reason, entry in skipped.items()} == {
        "line that is not UTF-8": ["a.txt line 2"],
        "empty sidecar": ["deep/ b.c.txt"],
        "sidecar outside of its folder": ["lonely.txt"],
        "sidecar is no ordinary file": ["pipe.txt"],
    }


def test_a_data_set_is_read_from_sidecars_where_there_is_no_caption_file(source):
    (source / "README.txt").write_text("no sidecar of any picture")
    found = {e.image_id: e.captions for e in folder.read(source, Skipped())}
    assert found == {
        "a.jpg": ("A dog, running.", "Two dogs."),
        "deep/ b.c.png": ("배 한 척",),
    }
    (source / "captions.csv").write_text("image,caption\nlonely.jpg,A cat.\n")
    assert [e.captions for e in folder.read(source, Skipped())] == [("A cat.",)]


def test_a_folder_with_neither_is_told_what_to_do(source):
    for sidecar in source.rglob("*.txt"):
        sidecar.unlink()
    with pytest.raises(BadInput, match=r"or a text file beside each picture"):
        list(folder.read(source, Skipped()))
