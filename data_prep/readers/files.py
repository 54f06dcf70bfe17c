"""Text files, plain or gzip, and JSON, with errors that name the line or the byte."""

import errno
import gzip
import json
import os
import stat
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput
from data_prep.examples import Skipped

MAX_BYTES = 2**30  # of a file, unpacked; COCO's captions, the largest here, have 90 MB


def read_text(path: Path) -> str:
    """Return the content of a file in UTF-8 or UTF-16, plain or ``.gz``, without its
    byte order mark.

    UTF-16 without a mark is known by its NUL bytes, of which text in UTF-8 has none.

    Raises:
        BadInput: the file cannot be read or unpacked, or has another encoding.
    """
    return _decoded_whole(_read_bytes(path), path)


def _encoding(data: bytes) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8"


def _decoded_whole(data: bytes, path: Path) -> str:
    encoding = _encoding(data)
    start = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    try:
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        offset = start + error.start
        raise BadInput(
            f"{path} is not {encoding.upper()}: byte {offset} is "
            f"0x{data[offset]:02x}, which is invalid there; expected UTF-8 text: "
            "convert it, e.g. with `iconv -f LATIN1 -t UTF-8`, or save it again as "
            "UTF-8."
        ) from None


def by_lines(text: str) -> list[str]:
    """Return the lines of a text, which end as on Linux, Windows or old Macs."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def note_open_end(text: str, path: Path, skipped: Skipped) -> None:
    """Note it if the last line of a text has no end, as in a file that is cut off."""
    if text and not text.endswith(("\n", "\r")):
        skipped.notes["last line"] = (
            f"{path.name} has no line end behind its last line; it may be cut off there"
        )


def read_lines(path: Path) -> list[str | None]:
    """Return the lines of a file, decoded as by `read_text`; but in UTF-8 a line of
    another encoding costs only itself, and is None.

    Only a line feed ends a line, with or without a carriage return before it; or a
    carriage return, where the file has no line feed.

    Raises:
        BadInput: the file cannot be read or unpacked.
    """
    data = _read_bytes(path)
    if _encoding(data) != "utf-8":
        data = _decoded_whole(data, path).encode("utf-8")
    data = data.removeprefix(BOM_UTF8)
    lines = data.split(b"\n" if b"\n" in data else b"\r")
    if lines[-1] == b"":
        lines.pop()
    return [_decoded(line.removesuffix(b"\r")) for line in lines]


def _read_bytes(path: Path) -> bytes:
    """Return the content of a file; of a ``.gz``, unpacked; up to `MAX_BYTES`."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            # Checked before it is opened: opening a FIFO waits for a writer.
            raise OSError(errno.EINVAL, "it is a device or pipe")
        with opener(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(
            f"{path} cannot be unpacked ({error}); expected a complete gzip file: "
            "get the file again."
        ) from error
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected a text file: check "
            "the path and its permissions."
        ) from error
    if len(data) > MAX_BYTES:
        raise BadInput(
            f"{path} holds more than {MAX_BYTES // 2**20:,} MiB; expected a file of "
            "texts: look what it is, and split it."
        )
    return data


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
