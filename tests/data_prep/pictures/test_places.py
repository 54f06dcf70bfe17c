"""Pictures in stores: listed, read, and what goes wrong there, named."""

from pathlib import Path

import pytest

from data_prep.errors import BadInput
from data_prep.pictures.folders import find_pictures
from data_prep.pictures.places import objects_under, place
from data_prep.pictures.reader import BadPicture, PictureReader, content_of

fsspec = pytest.importorskip("fsspec", reason="needs the package fsspec")


@pytest.fixture
def bucket():
    """A store in memory, s3://bucket, as a dictionary: name -> content."""
    from fsspec.implementations.memory import MemoryFileSystem

    class Store(MemoryFileSystem):
        protocol = "s3"
        store, pseudo_dirs, cachable = {}, [""], False

        @classmethod
        def _strip_protocol(cls, path):
            return "/" + str(path).removeprefix("s3://").strip("/")

        def unstrip_protocol(self, name):
            return f"s3:/{name}"

        def open(self, path, *args, **options):
            if "locked" in path:
                raise PermissionError("Access Denied")
            if "slow" in path:
                raise OSError("the endpoint does not answer")
            return super().open(path, *args, **options)

    before = fsspec.registry.get("s3")
    fsspec.register_implementation("s3", Store, clobber=True)
    yield Store()
    if before:
        fsspec.register_implementation("s3", before, clobber=True)


def test_a_name_is_a_path_or_an_address_in_a_store():
    for address in ("s3://bucket/a.jpg", "gs://b/c", "hf://datasets/who/what/a.jpg"):
        assert place(address) == address
    for name in ("a.jpg", "s3/a.jpg", "ftp://a/b.jpg", Path("s3:/bucket")):
        assert place(name) == Path(name)


def test_objects_are_found_and_read_like_files(bucket, make_picture, encode_picture):
    photo = encode_picture(make_picture(40, 30), "JPEG")
    for name in ("b.jpg", "below/a.jpg", "notes.txt"):
        bucket.pipe_file(f"/bucket/photos/{name}", photo)
    others = []
    found = list(
        find_pictures(["s3://bucket/photos", "s3://bucket/photos/b.jpg"], others)
    )
    assert found == ["s3://bucket/photos/b.jpg", "s3://bucket/photos/below/a.jpg"]
    assert others == ["s3://bucket/photos/notes.txt"]
    with PictureReader() as reader:
        assert reader.read(found[0]) == photo


def test_objects_that_cannot_be_read_are_named(bucket):
    bucket.pipe_file("/bucket/empty.jpg", b"")
    for name, reason in (
        ("none.jpg", "cannot be read .*check the address"),
        ("locked.jpg", "Access Denied"),
        ("empty.jpg", "is an empty file"),
    ):
        with pytest.raises(BadPicture, match=rf"s3://bucket/{name} .*{reason}"):
            content_of(f"s3://bucket/{name}")
    # That is no fault of the picture, and must not become its result.
    with pytest.raises(BadInput, match="does not answer.*give the command again") as e:
        content_of("s3://bucket/slow.jpg")
    assert not isinstance(e.value, BadPicture)
    with pytest.raises(BadInput, match="there is nothing at s3://bucket/nothing"):
        list(objects_under("s3://bucket/nothing"))


def test_a_store_whose_package_is_missing():
    with pytest.raises(BadInput, match="abfs://a/b.jpg .*pip install fsspec adlfs"):
        content_of("abfs://a/b.jpg")
