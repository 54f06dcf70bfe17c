"""Files of sentences, as the research data sets have them: tables of labels, and pairs.

Unlike captions in CSV these have no quotes: each line is a row, also one with quotes.
A line that cannot be used is left out alone and goes to `Skipped`.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Parallel, Skipped
from data_prep.readers.files import read_lines
from data_prep.text.clean import clean, has_controls

LABELS = {"0": 0, "1": 1}  # negative, positive
Row = tuple[str, int]  # text, with one space between words and not empty; label


def labelled_rows(
    path: Path, text_columns: Sequence[str], skipped: Skipped
) -> Iterator[Row]:
    """Yield the rows of a table with tabs between its columns and a header line, with
    the column "label" and one of `text_columns`.

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
    for number, where, line in usable_lines(path, lines, skipped, first=2):
        cells = line.split("\t")
        label = cells[names.index("label")] if len(cells) == len(names) else ""
        if label.strip() not in LABELS:
            raise BadInput(
                f"line {number} of {path} is {line[:80]!r}; expected {len(names)} "
                "columns with tabs between them, label 0 or 1: correct it there."
            )
        if text := usable_text(cells[found[0]], where, skipped):
            yield text, LABELS[label.strip()]


def usable_lines(
    path: Path, lines: Sequence[str | None], skipped: Skipped, first: int = 1
) -> Iterator[tuple[int, str, str]]:
    """Yield number, "FILE line NUMBER" and text of the lines from `first` on that are
    UTF-8 and not empty; the others go to `skipped`."""
    for number, line in enumerate(lines[first - 1 :], start=first):
        where = f"{path.name} line {number}"
        if line and line.strip():
            yield number, where, line
        else:
            usable_text(line, where, skipped)


def usable_text(text: str | None, where: str, skipped: Skipped) -> str:
    """Return the text, cleaned (`text.clean`); "" if it is empty or None, which stands
    for a line that is not UTF-8, and goes to `skipped`, with `where` it is."""
    if text is None:
        skipped.add("line that is not UTF-8", where)
        return ""
    if has_controls(text):
        skipped.add("control character, removed from a text", where)
    text = clean(text)
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
            skipped.add("text repeated in train, with the same label", row[0])
        else:
            seen.add(row)
            yield Labelled(split, *row)


def parallel(
    split: str, rows: Iterable[dict[str, str]], skipped: Skipped
) -> Iterator[Parallel]:
    """Yield the examples of a split, of rows language -> sentence; as `labelled`."""
    seen = set()
    for texts in rows:
        key = tuple(texts.values())
        if split == "train" and key in seen:
            skipped.add("sentence repeated in train, with its translation", key[0])
        else:
            seen.add(key)
            yield Parallel(split, texts)
