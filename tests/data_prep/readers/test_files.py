"""Text files and JSON: decoding, unpacking, and errors that name the place."""

import gzip
import os
from pathlib import Path

import pytest

from data_prep.errors import BadInput
from data_prep.readers import files
from data_prep.readers.files import parse_json, read_lines, read_text


def test_read_text_ignores_the_byte_order_mark(tmp_path):
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


def test_read_text_of_a_missing_file(tmp_path):
    with pytest.raises(BadInput, match=r"no\.txt cannot be read \(No such file"):
        read_text(tmp_path / "no.txt")
    with pytest.raises(BadInput, match="Is a directory"):
        read_text(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_of_unicode(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("ein Hündchen\r\n犬".encode(encoding))
    assert read_text(path) == "ein Hündchen\r\n犬"
    assert read_lines(path) == ["ein Hündchen", "犬"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInput, match=rf"is not {encoding.upper()}: byte"):
        read_text(path)


def test_a_device_or_an_endless_file_is_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(BadInput, match="it is a device or pipe"):
            read_text(path)
    monkeypatch.setattr(files, "MAX_BYTES", 2**20)
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(2**22)))
    with pytest.raises(BadInput, match="more than 1 MiB"):
        read_text(bomb)


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


def test_a_carriage_return_ends_a_line_where_there_is_no_line_feed(tmp_path):
    (tmp_path / "a").write_bytes(b"one\rtwo\r\rthree\r")
    assert read_lines(tmp_path / "a") == ["one", "two", "", "three"]
    (tmp_path / "a").write_bytes(b"one\rtwo\n")
    assert read_lines(tmp_path / "a") == ["one\rtwo"]


@pytest.mark.parametrize("packed", [False, True])
def test_only_a_line_feed_ends_a_line(tmp_path, packed):
    data = "\ufeffone\r\ntwo\u2028\u0085\vthree\n\nlast".encode() + b"\n\xff\n"
    (tmp_path / ("a.gz" if packed else "a")).write_bytes(
        gzip.compress(data) if packed else data
    )
    lines = read_lines(tmp_path / ("a.gz" if packed else "a"))
    assert lines == ["one", "two\u2028\u0085\vthree", "", "last", None]


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_lines(tmp_path / "a")
    whole = gzip.compress(b"text" * 1000)
    for data in (b"", b"plain text", whole[:-9], whole[:12] + b"\0" + whole[13:]):
        (tmp_path / "a.gz").write_bytes(data)
        if data:
            with pytest.raises(BadInput, match=r"a\.gz cannot be unpacked"):
                read_lines(tmp_path / "a.gz")
