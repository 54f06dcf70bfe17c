"""JSON lines, in which captions and sentences are kept: one object a line, UTF-8."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput
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


def read_lines(directory: Path, facts: FileInfo) -> list[dict[str, Any]]:
    """Read what `write_lines` wrote; BadInput if that is missing or altered."""
    # Its sha256 vouches for each line's form. Not splitlines(), which also splits at
    # rarer line breaks than \n.
    lines = read_verified(directory, facts).decode("utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]
