"""Text files of sentences, as the research sets come: lines, tables, gzip or not.

Unlike captions in CSV these have no quotes: a line is a row, whatever it holds. A line
that cannot be used costs that line alone; it goes to `Skipped`.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Parallel, Skipped
from data_prep.readers.sources import find_file

LABELS = {"0": 0, "1": 1}


def find_plain_or_gz(source: Path, name: str) -> Path | None:
    """Return the file `name` or `name.gz` in the source or a folder in it, or None."""
    return find_file(source, name) or find_file(source, f"{name}.gz")


def read_lines(path: Path) -> list[str | None]:
    """Return the lines of a UTF-8 file, None for each one that is not UTF-8.

    Args:
        path: is unpacked if it ends in ``.gz``. Only a line feed ends a line, with a
            carriage return before it or not; a byte order mark is passed over.

    Raises:
        BadInput: the file cannot be read or unpacked.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(
            f"{path} cannot be unpacked ({error}); expected a whole gzip file: get it "
            "anew."
        ) from error
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected a text file: check "
            "the path and its permissions."
        ) from error
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [_decoded(line.removesuffix(b"\r")) for line in lines]


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def usable_text(text: str | None, where: str, skipped: Skipped) -> str:
    """Return the text with one space between words; "" if it goes to `skipped`."""
    if text is None:
        skipped.add("line that is not UTF-8", where)
        return ""
    text = " ".join(text.split())
    if not text:
        skipped.add("empty text", where)
    return text


class Row(NamedTuple):
    """A line of a table of sentences and labels.

    Attributes:
        text: one space between words, not empty.
        label: 0 is negative, 1 is positive.
    """

    text: str
    label: int


def labelled_rows(
    path: Path, text_columns: Sequence[str], skipped: Skipped
) -> Iterator[Row]:
    """Yield the rows of a table with tabs between columns and their names on top.

    Args:
        path: the file.
        text_columns: names that the column of sentences may have; the other is "label".
        skipped: gets lines that are empty or not UTF-8, and empty sentences.

    Raises:
        BadInput: the first line does not name these columns, or a line has not so many,
            or a label is not 0 or 1; the message names the line.
    """
    lines = read_lines(path)
    names = (lines[0] or "").lower().split("\t") if lines else []
    found = [index for index, name in enumerate(names) if name in text_columns]
    if len(found) != 1 or names.count("label") != 1:
        raise BadInput(
            f"line 1 of {path} is {(lines[0] if lines else '')!r:.80}; expected names "
            f"of columns with tabs between them, label and {' or '.join(text_columns)} "
            "among them: get the file with labels, or mend its first line."
        )
    for number, line in enumerate(lines[1:], start=2):
        where = f"{path.name} line {number}"
        if line is None or not line.strip():
            usable_text(line, where, skipped)
            continue
        cells = line.split("\t")
        label = cells[names.index("label")] if len(cells) == len(names) else ""
        if label.strip() not in LABELS:
            raise BadInput(
                f"line {number} of {path} is {line[:80]!r}; expected {len(names)} "
                "columns with tabs between them, label 0 or 1: mend it there."
            )
        if text := usable_text(cells[found[0]], where, skipped):
            yield Row(text, LABELS[label.strip()])


def labelled(split: str, rows: Iterable[Row], skipped: Skipped) -> Iterator[Labelled]:
    """Yield the examples of a split, of train without repeats.

    Dev and test stay whole, as they are what others score on.
    """
    seen = set()
    for row in rows:
        if split == "train" and row in seen:
            skipped.add("text repeated in train, with the same label", row.text)
            continue
        seen.add(row)
        yield Labelled(split, row.text, row.label)


def parallel(
    split: str, rows: Iterable[dict[str, str]], skipped: Skipped
) -> Iterator[Parallel]:
    """Yield the examples of a split, of train without repeats."""
    seen = set()
    for texts in rows:
        key = tuple(texts.items())
        if split == "train" and key in seen:
            skipped.add("sentence repeated in train, with its translation", key[0][1])
            continue
        seen.add(key)
        yield Parallel(split, texts)


def missing(source: Path, names: Iterable[str], what: str) -> BadInput:
    """Return the error for files that are not in a source."""
    return BadInput(
        f"{source} and the folders in it have no {' nor '.join(names)}; expected "
        f"{what}: give the folder where it was unpacked."
    )
