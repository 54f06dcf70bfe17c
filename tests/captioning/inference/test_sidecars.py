"""Sidecars: which are written, which are left, and that none is lost."""

import pytest

from captioning.inference.results import Caption, PictureResult
from captioning.inference.sidecars import Sidecars
from captioning.inference.xmp import new_xmp
from data_prep.errors import BadInput


def result(path, *captions):
    return PictureResult(path, [Caption(text, -1.0) for text in captions])


@pytest.mark.parametrize(
    ("kind", "name"),
    [("txt", "a.b.txt"), ("xmp", "a.b.xmp"), ("ext.xmp", "a.b.jpg.xmp")],
)
def test_names_and_content(kind, name, tmp_path):
    picture, broken = tmp_path / "a.b.jpg", tmp_path / "broken.jpg"
    sidecars = Sidecars([picture, broken], kind, shown=2)
    assert sidecars.pictures == [picture, broken]
    sidecars.add(result(picture, "best", "second", "third"))
    sidecars.add(PictureResult(broken, [], "broken.jpg is broken"))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    content = (tmp_path / name).read_bytes()
    assert content == (b"best\nsecond\n" if kind == "txt" else new_xmp("best"))
    assert sidecars.finish() == "sidecars written: 1"


@pytest.mark.parametrize("kind", ["txt", "xmp"])
def test_existing_ones_are_passed_over_or_written_again(kind, tmp_path):
    old, new = tmp_path / "old.jpg", tmp_path / "new.jpg"
    sidecar = old.with_suffix(f".{kind}")
    sidecar.write_bytes(
        new_xmp("by hand").replace(b"<rdf:RDF", b"<!-- kept --><rdf:RDF")
    )
    before = sidecar.read_bytes()
    sidecars = Sidecars([old, new], kind)
    assert sidecars.pictures == [new]
    sidecars.add(result(new, "a boat"))
    said = sidecars.finish()
    assert said.startswith(
        "sidecars written: 1; pictures passed over, as they have one: 1"
    )
    assert str(sidecar) in said and "--overwrite" in said
    assert sidecar.read_bytes() == before
    sidecars = Sidecars([old, new], kind, overwrite=True)
    assert sidecars.pictures == [old, new]
    sidecars.add(result(old, "a pier"))
    kept = before.replace(b"by hand", b"a pier") if kind == "xmp" else b"a pier\n"
    assert sidecar.read_bytes() == kept


def test_xmp_that_cannot_be_changed_stays(tmp_path):
    sidecar = tmp_path / "a.xmp"
    sidecar.write_text("precious")
    sidecars = Sidecars([tmp_path / "a.jpg"], "xmp", overwrite=True)
    with pytest.raises(BadInput, match="a.xmp is no XML .* was left as it is"):
        sidecars.add(result(tmp_path / "a.jpg", "a boat"))
    assert sidecar.read_text() == "precious"


def test_a_picture_is_never_taken_for_a_sidecar(tmp_path):
    picture = tmp_path / "picture.txt"  # a JPEG; its name was given by hand
    picture.write_bytes(b"\xff\xd8\xff")
    sidecars = Sidecars([picture], "txt", overwrite=True)
    with pytest.raises(BadInput, match="is a picture itself"):
        sidecars.add(result(picture, "a boat"))
    assert picture.read_bytes() == b"\xff\xd8\xff"


def test_sidecars_of_what_is_left_out_are_named_and_no_picture(tmp_path):
    picture = tmp_path / "picture.txt"  # a JPEG; its name was given by hand
    pictures = [tmp_path / "a.jpg", tmp_path / "a.png", tmp_path / "b.jpg", picture]
    for path in (picture, tmp_path / "a.txt"):
        path.write_bytes(b"as it was")
    sidecars = Sidecars(pictures, "txt", overwrite=True)
    for path in pictures:
        sidecars.add(PictureResult(path, [], left_out=0.2))
    said = sidecars.finish()
    assert "left out, as they were: 1, e.g. " in said and "a.txt (an earlier" in said
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"as it was"}


def test_two_pictures_of_one_name_do_not_share_a_sidecar(tmp_path):
    pictures = [tmp_path / "a.jpg", tmp_path / "a.png"]
    sidecars = Sidecars(pictures, "txt", overwrite=True)
    sidecars.add(result(pictures[0], "a boat"))
    with pytest.raises(BadInput, match="a.txt is the sidecar of .*a.jpg already"):
        sidecars.add(result(pictures[1], "a pier"))
    assert (tmp_path / "a.txt").read_text() == "a boat\n"
    sidecars = Sidecars(pictures, "ext.xmp")
    for picture in pictures:
        sidecars.add(result(picture, "a boat"))
    assert (tmp_path / "a.jpg.xmp").exists() and (tmp_path / "a.png.xmp").exists()


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    (tmp_path / "a.txt").mkdir()
    sidecars = Sidecars([tmp_path / "a.jpg"], "txt", overwrite=True)
    with pytest.raises(BadInput, match=r"a.txt cannot be written \("):
        sidecars.add(result(tmp_path / "a.jpg", "a boat"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert sidecars.finish() == "sidecars written: 0"
