"""What can go wrong with a file before it is decoded."""

import os
import socket
from pathlib import Path

import pytest

from data_prep.errors import BadInput


def test_empty_file(reader, file, reason):
    assert reason(reader, file(b"")).startswith("is an empty file")


def test_paths_that_are_no_regular_files(reader, tmp_path, reason):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with socket.socket(socket.AF_UNIX) as listener:
        place = os.open(tmp_path, os.O_RDONLY)  # a socket's address is a short one
        listener.bind(f"/proc/self/fd/{place}/socket")
        os.close(place)
        assert "device or pipe" in reason(reader, tmp_path / "socket")
    assert "device or pipe" in reason(reader, fifo)
    assert "device or pipe" in reason(reader, Path("/dev/zero"))
    assert reason(reader, tmp_path).startswith("is a folder")
    assert reason(reader, tmp_path / "none.jpg").startswith("does not exist")
    (tmp_path / "loop").symlink_to("loop")
    assert reason(reader, tmp_path / "loop").startswith("cannot be read")
    assert reason(reader, tmp_path / ("x" * 300)).startswith("cannot be read")


def denied(*arguments):
    """Replaces `open`, because no permission stops root."""
    raise PermissionError(13, "Permission denied")


def test_a_file_without_permission(reader, file, monkeypatch, reason):
    path = file(b"secret")
    monkeypatch.setattr("data_prep.pictures.reader.open", denied, raising=False)
    assert reason(reader, path).startswith("cannot be read (Permission denied)")


def test_a_file_that_is_too_large(reader, tmp_path, reason):
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as sparse:
        sparse.truncate(2**28 + 1)
    assert reason(reader, path).startswith("is larger than 256 MiB")


def test_names_do_not_steer_the_terminal(reader, tmp_path):
    name = os.fsdecode(b"a\nb\x1b[2J\xff.jpg")
    with pytest.raises(BadInput) as caught:
        reader.read(tmp_path / name)
    assert str(caught.value).isprintable()
    str(caught.value).encode("utf-8")


def test_links_are_followed(reader, file, make_picture, encode_picture, tmp_path):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    (tmp_path / "link").symlink_to(path)
    assert reader.read(tmp_path / "link") == path.read_bytes()
