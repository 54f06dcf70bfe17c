"""Folders from users: texts, JSON, the way to pictures, and stable splits."""

import os
from collections import Counter

import pytest

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.sources import (
    find_file,
    find_picture,
    find_picture_folder,
    folders,
    parse_json,
    read_text,
    split_by_hash,
    usable_captions,
)


def test_read_text_passes_over_the_byte_order_mark(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfein H\xc3\xbcndchen\r\n")
    assert read_text(path) == "ein Hündchen\r\n"


@pytest.mark.parametrize("mark, offset", [(b"", 5), (b"\xef\xbb\xbf", 8)])
def test_read_text_names_the_byte_that_is_not_utf8(tmp_path, mark, offset):
    path = tmp_path / "a.txt"
    path.write_bytes(mark + b"ein H\xfcndchen")
    expected = rf"a\.txt is not UTF-8: byte {offset} is 0xfc.*iconv"
    with pytest.raises(BadInput, match=expected):
        read_text(path)


def test_read_text_of_nothing(tmp_path):
    with pytest.raises(BadInput, match=r"no\.txt cannot be read \(No such file"):
        read_text(tmp_path / "no.txt")
    with pytest.raises(BadInput, match="Is a directory"):
        read_text(tmp_path)


@pytest.mark.parametrize(
    "text, where",
    [
        ('{"a":\n 1,\n}', "in line 12, column 1"),
        ("", "in line 10, column 1"),
        ("[" * 100_000, "begins in line 10"),
        ("1" * 5000, "begins in line 10"),
    ],
)
def test_parse_json_names_the_line(tmp_path, text, where):
    with pytest.raises(BadInput, match=where):
        parse_json(text, tmp_path, first_line=10)


@pytest.fixture
def nested(tmp_path):
    for folder in ("b/c/d", "a", "__MACOSX/a", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_folders_shallow_first_and_not_too_deep(nested):
    found = [path.relative_to(nested).as_posix() for path in folders(nested)]
    assert found == [".", "a", "b", "b/c"]


def test_a_folder_that_goes_away_has_no_folders(nested):
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


def test_find_picture_folder(nested):
    (nested / "b/c/2.jpg").write_bytes(b"2")
    (nested / "__MACOSX/a/1.jpg").write_bytes(b"shadow")
    assert find_picture_folder(nested, ["1.jpg", "2.jpg"]) == nested / "b/c"
    assert find_picture_folder(nested, ["c/2.jpg"]) == nested / "b"
    with pytest.raises(BadInput, match=r"e\.g\. 3\.jpg; .* pictures' folder into"):
        find_picture_folder(nested, ["3.jpg"])


def test_names_that_no_file_can_have(nested):
    (nested / "a/1.jpg").write_bytes(b"1")
    names = ["n" * 300 + ".jpg", "a\0.jpg", "\ud800.jpg"]
    assert find_picture_folder(nested, [*names, "1.jpg"]) == nested / "a"
    for name in names:
        assert find_file(nested, name) is None
        with pytest.raises(BadInput, match="do not have the pictures"):
            find_picture_folder(nested, [name])


def test_links_in_a_circle_are_no_folders(nested):
    os.symlink("loop", nested / "loop")
    assert nested / "loop" not in list(folders(nested))


def test_a_name_that_is_not_unicode_is_skipped(tmp_path):
    """Though the file is there: JSON can spell it, a record cannot hold it."""
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
    for name in ("3.jpg", "deep", "", "."):
        assert reasons(name) == "picture does not exist"
    for name in ("a\0.jpg", "\ud800.jpg", "n" * 300 + ".jpg"):
        assert reasons(name) in (
            "name that no picture can have",
            "picture does not exist",
        )
    assert reasons("circle.jpg")


def test_usable_captions():
    skipped = Skipped()
    captions = ["A dog .", " two\nlines ", "", " . ", "half \ud800", "개"]
    assert usable_captions(captions, "1.jpg", skipped) == ("A dog .", "two lines", "개")
    assert {reason: e["count"] for reason, e in skipped.as_dict().items()} == {
        "caption without words": 2,
        "caption that is not valid Unicode": 1,
    }


def test_split_by_hash_has_the_shares_asked_for():
    counts = Counter(split_by_hash(f"{n}.jpg", 0.8, 0.1) for n in range(10_000))
    # Four standard deviations: sqrt(10,000 * 0.1 * 0.9) = 30.
    assert abs(counts["dev"] - 1000) < 120
    assert abs(counts["test"] - 1000) < 120
    assert split_by_hash("any", 1.0, 0.0) == "train"
    assert split_by_hash("any", 0.0, 0.0) == "test"


def test_split_by_hash_is_the_same_for_ever():
    """Were this to change, test pictures of old data sets would become train."""
    # First byte of `printf 0.jpg | sha256sum` and so on; 0x80 is one half.
    first_bytes = [0x39, 0x4C, 0x88, 0xDA, 0xAC, 0x3F, 0x7C, 0x86]
    for number, byte in enumerate(first_bytes):
        split = split_by_hash(f"{number}.jpg", 0.5, 0.25)
        expected = ("train", "train", "dev", "test")[byte // 0x40]
        assert split == expected
