"""Texts that a model judged: the lines of ``captioning read sentiment --json``.

``{"text": "a gorgeous film", "positive": 0.98}`` and whatever else a line has. The line
of a text that could not be judged has an "error" and is left out.
"""

import json
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.prepared.json_lines import is_text
from data_prep.readers.files import read_lines
from data_prep.readers.sentence_files import usable_lines, usable_text


def read_judged(path: Path, skipped: Skipped) -> dict[str, float]:
    """Return text -> how probable it is that it is positive, in the order of the lines;
    of a text that is there twice, the last.

    Raises:
        BadInput: a line is something else; the message names it.
    """
    judged = {}
    for number, where, line in usable_lines(path, read_lines(path), skipped):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise TypeError("it is no object")
            if "error" in row:
                skipped.add("text that was not judged", where)
                continue
            text, positive = row["text"], row["positive"]
            if not is_text(text) or type(positive) not in (int, float):
                raise TypeError("it has no text or no number")
            if not 0 <= positive <= 1:
                raise ValueError("that is no probability")
        except (ValueError, LookupError, TypeError) as error:
            raise BadInput(
                f"line {number} of {path} is {line[:80]!r}; expected what `captioning "
                "read sentiment --json` writes of a text: judge the texts again."
            ) from error
        if text := usable_text(text, where, skipped):
            judged[text] = float(positive)
    return judged
