"""Text files, plain or gzip, and JSON, with errors that name the line or the byte."""

import gzip
import json
import zlib
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput


def read_text(path: Path) -> str:
    """Return the content of a UTF-8 file, without its byte order mark.

    Raises:
        BadInput: the file cannot be read, or has another encoding.
    """
    data = _read_bytes(path)
    start = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = start + error.start
        raise BadInput(
            f"{path} is not UTF-8: byte {offset} is 0x{data[offset]:02x}, which is "
            "invalid there; expected UTF-8 text: convert it, e.g. with "
            "`iconv -f LATIN1 -t UTF-8`, or save it again as UTF-8."
        ) from None


def read_lines(path: Path) -> list[str | None]:
    """Return the lines of a UTF-8 file, plain or ``.gz``; None for those of another
    encoding.

    Only a line feed ends a line, with or without a carriage return before it. A byte
    order mark is ignored.

    Raises:
        BadInput: the file cannot be read or unpacked.
    """
    data = _read_bytes(path)
    if path.suffix == ".gz":
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(
                f"{path} cannot be unpacked ({error}); expected a complete gzip file: "
                "get the file again."
            ) from error
    lines = data.removeprefix(BOM_UTF8).split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [_decoded(line.removesuffix(b"\r")) for line in lines]


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected a text file: check "
            "the path and its permissions."
        ) from error


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def parse_json(text: str, path: Path, first_line: int = 1, **hooks: Any) -> Any:
    """Parse JSON that begins in a line of a file, with hooks of `json.loads`.

    Raises:
        BadInput: the JSON is malformed; the message names the line.
    """
    expected = "expected JSON: correct it there"
    try:
        return json.loads(text, **hooks)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise BadInput(
            f"{path} is malformed in line {line}, column {error.colno} ({error.msg}); "
            f"{expected}."
        ) from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; [[[[...
        raise BadInput(
            f"{path} cannot be parsed ({error}) in the value that begins in line "
            f"{first_line}; {expected}."
        ) from None
