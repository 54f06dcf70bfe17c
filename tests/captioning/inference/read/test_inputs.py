"""Texts from outside: each is a text, or one sentence about what is wrong with it."""

import io
import sys

import pytest

from captioning.inference.read import inputs
from data_prep.errors import BadInput


def test_arguments_are_texts_with_single_spaces():
    found = list(inputs.of_arguments(["  a  boat\t", "물\u3000위"]))
    assert [given.text for given in found] == ["a boat", "물 위"]
    assert [given.where for given in found] == ["text 1", "text 2"]
    (only,) = inputs.of_arguments(["boat"])
    assert only == ("the text", "boat", "")


@pytest.mark.parametrize(
    ("argument", "shown", "error"),
    [
        ("", "", "is empty"),
        (" \t\n ", "", "is empty"),
        ("caf\udce9 au lait", "caf\\xe9 au lait", r"not UTF-8 (byte 0xe9 at place 4)"),
        ("half a pair \ud83d", "half a pair \\xed\\xa0\\xbd", "not UTF-8"),
        ("a\0b", "a\\x00b", "NUL byte"),
    ],
)
def test_bad_arguments_come_with_a_sentence(argument, shown, error):
    (found,) = inputs.of_arguments([argument])
    assert found.text == shown
    assert found.error.startswith("the text ") and error in found.error
    assert "expected" in found.error and found.error.endswith(".")
    (found.text + found.error).encode("utf-8")


def test_a_file_goes_on_past_bad_lines(tmp_path):
    file = tmp_path / "said.txt"
    file.write_bytes(b"\xef\xbb\xbfa boat\r\n\nb\xff\nthe last has no end")
    found = list(inputs.of_file(file))
    assert [given.text for given in found] == [
        "a boat",
        "",
        "b\\xff",
        "the last has no end",
    ]
    assert [bool(given.error) for given in found] == [False, True, True, False]
    assert found[2].error.startswith(f"line 3 of {file} is not UTF-8")


def test_utf_16_is_told_what_it_is(tmp_path):
    file = tmp_path / "said.txt"
    file.write_bytes("a boat".encode("utf-16-le"))
    (found,) = inputs.of_file(file)
    assert "UTF-16" in found.error


def test_a_line_without_end_is_not_read_on(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "LONGEST_LINE", 10)
    file = tmp_path / "said.txt"
    file.write_bytes(b"short\n" + b"x" * 100 + b"\nboat\n")
    first, last = inputs.of_file(file)
    assert first.text == "short" and not first.error
    assert "line 2" in last.error and "more than 10 bytes" in last.error


def test_a_missing_file_is_said_at_once(tmp_path):
    with pytest.raises(BadInput, match="cannot be read.*--file"):
        inputs.of_file(tmp_path / "nowhere.txt")
    with pytest.raises(BadInput, match="cannot be read"):
        inputs.of_file(tmp_path)
    (tmp_path / "empty.txt").touch()
    with pytest.raises(BadInput, match="empty.txt is empty; expected one text a line"):
        inputs.of_file(tmp_path / "empty.txt")


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    assert [given.text for given in inputs.of_standard_input()] == ["a", "b"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(BadInput, match="standard input is empty; expected one text"):
        inputs.of_standard_input()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    with pytest.raises(BadInput, match="No text was given"):
        inputs.of_standard_input()
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(BadInput, match="No text was given"):
        inputs.of_standard_input()
