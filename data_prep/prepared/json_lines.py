"""JSON lines, in which captions and sentences are kept: one object a line, UTF-8."""

import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput, printable
from data_prep.prepared.checksums import file_sha256, read_verified
from data_prep.prepared.dataset_info import FileInfo


def write_lines(rows: Iterable[tuple[dict[str, Any], int]], path: Path) -> FileInfo:
    """Write a file; it gets its name once it is complete.

    Rows, taken one by one, are the object of a line, and how many texts it holds.

    Raises:
        BadInput: the disk is full.
    """
    partial = path.with_suffix(".partial")
    examples = texts = 0
    try:
        with open(partial, "w", encoding="utf-8", newline="\n") as file:
            for fields, count in rows:
                file.write(json.dumps(fields, ensure_ascii=False) + "\n")
                examples += 1
                texts += count
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}); expected room on the disk: "
            "free some, or choose another --out."
        ) from error
    sha256 = file_sha256(partial)
    os.replace(partial, path)
    return FileInfo(path.name, examples, texts, path.stat().st_size, sha256)


def read_lines(
    directory: Path,
    facts: FileInfo,
    is_row: Callable[[dict[str, Any]], bool],
) -> list[dict[str, Any]]:
    """Read what `write_lines` wrote.

    Args:
        directory: of the data set.
        facts: of the file.
        is_row: says whether an object is one that was written.

    Raises:
        BadInput: the file is missing or altered, or a line is something else: the
            checksum may be right in a data set that another program made.
    """
    content, rows = read_verified(directory, facts), []
    try:
        # Line by line: a list of all lines would take as much memory again. Bytes are
        # split at \n alone, text at rarer line breaks too.
        for line in io.BytesIO(content):
            row = json.loads(line.decode("utf-8"))
            if not isinstance(row, dict) or not is_row(row):
                raise ValueError("it has other fields")
            rows.append(row)
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise BadInput(
            f"{Path(directory) / facts.file} cannot be read in line {len(rows) + 1:,} "
            f"({printable(error, 100)}); expected what `python -m data_prep.prepare` "
            "writes: prepare the data set again."
        ) from error
    return rows


def is_text(value: Any) -> bool:
    """Return whether a value is text that can be written in UTF-8."""
    if not isinstance(value, str):
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False
    return True
