"""Files of sentences, as the research data sets have them: tables of labels, and pairs.

Unlike captions in CSV these have no quotes: each line is a row, whatever it contains.
A line that cannot be used is left out alone and goes to `Skipped`.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Parallel, Skipped
from data_prep.readers.files import read_lines

LABELS = {"0": 0, "1": 1}


class Row(NamedTuple):
    """A row of a table of sentences and labels.

    Attributes:
        text: one space between words, not empty.
        label: 0 is negative, 1 is positive.
    """

    text: str
    label: int


def labelled_rows(
    path: Path, text_columns: Sequence[str], skipped: Skipped
) -> Iterator[Row]:
    """Yield the rows of a table with tabs between its columns and a header line.

    Args:
        path: the file.
        text_columns: names that the column of sentences may have. The column of labels
            is "label".
        skipped: gets lines that are empty or not UTF-8, and empty sentences.

    Raises:
        BadInput: the header lacks these columns, a line has another number of columns,
            or a label is not 0 or 1; the message names the line.
    """
    lines = read_lines(path)
    names = (lines[0] or "").lower().split("\t") if lines else []
    found = [index for index, name in enumerate(names) if name in text_columns]
    if len(found) != 1 or names.count("label") != 1:
        raise BadInput(
            f"line 1 of {path} is {(lines[0] if lines else '')!r:.80}; expected names "
            f"of columns with tabs between them, label and {' or '.join(text_columns)} "
            "among them: get the file with labels, or correct its first line."
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
                "columns with tabs between them, label 0 or 1: correct it there."
            )
        if text := usable_text(cells[found[0]], where, skipped):
            yield Row(text, LABELS[label.strip()])


def usable_text(text: str | None, where: str, skipped: Skipped) -> str:
    """Return the text with one space between words; "" if it goes to `skipped`.

    Args:
        text: None for a line that is not UTF-8, see `files.read_lines`.
        where: file and line, for `skipped`.
        skipped: gets empty texts and lines that are not UTF-8.
    """
    if text is None:
        skipped.add("line that is not UTF-8", where)
        return ""
    text = " ".join(text.split())
    if not text:
        skipped.add("empty text", where)
    return text


def labelled(split: str, rows: Iterable[Row], skipped: Skipped) -> Iterator[Labelled]:
    """Yield the examples of a split; repeats are left out of train.

    Dev and test stay complete, so that scores on them compare with published ones.
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
    """Yield the examples of a split; repeats are left out of train.

    Args:
        split: "train", "dev" or "test".
        rows: language -> sentence.
        skipped: gets the repeats.
    """
    seen = set()
    for texts in rows:
        key = tuple(texts.items())
        if split == "train" and key in seen:
            skipped.add("sentence repeated in train, with its translation", key[0][1])
            continue
        seen.add(key)
        yield Parallel(split, texts)
