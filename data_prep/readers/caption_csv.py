"""Tables of captions: CSV in all the forms that people have.

The separator is ``,``, a tab, ``;`` or ``|`` (Kaggle's Flickr30k): the one that divides
the first rows into columns of the same number. The first row names the columns, or
there is no such row: then the column of file names is that of the pictures, and the
longest other one that of the captions.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.files import note_open_end, read_text

IMAGE = (
    *("image", "file_name", "filename", "filepath", "file_path", "path", "file"),
    *("image_name", "image_path", "image_file", "image_filename", "img", "picture"),
)
CAPTION = (
    *("caption", "captions", "text", "comment", "description", "sentence"),
    *("sentences", "raw"),
)
_SEPARATORS = {",": "','", "\t": "a tab", ";": "';'", "|": "'|'"}
_LOOKED_AT = 20  # rows, by which a table is understood
_PICTURE = re.compile(r".+\.(jpe?g|png|gif|bmp|webp|tiff?|heic|avif)", re.IGNORECASE)


class _Table(NamedTuple):
    """What was understood of a table."""

    separator: str
    quoting: int  # of `csv`
    columns: Sequence[str]  # their names, or numbers from 1 where there are none
    has_header: bool
    image: int  # its column, from 0
    caption: int

    def __str__(self) -> str:
        names = f"columns {self.columns[self.image]} and {self.columns[self.caption]}"
        header = "" if self.has_header else ", no line of names"
        return f"read as CSV, separator {_SEPARATORS[self.separator]}, {names}{header}"


def read_table(path: Path, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """Yield (name of a picture, one caption), in the order of the rows.

    Args:
        path: the file; UTF-8 or UTF-16.
        skipped: is told what was understood, and gets rows of a table with ``|`` that
            have another number of columns: such a table has no quotes.

    Raises:
        BadInput: there is no column of pictures or of captions, or a row is malformed.
    """
    text = read_text(path)
    table = _understood(text, path)
    skipped.notes["captions"] = str(table)
    note_open_end(text, path, skipped)
    rows = _rows(text, table.separator, table.quoting)
    width = len(table.columns)
    line = 1
    try:
        if table.has_header:
            next(rows)
        line = rows.line_num + 1
        for row in rows:
            if not any(cell.strip() for cell in row):
                pass
            elif len(row) == width or (len(row) > width and not any(row[width:])):
                yield row[table.image].strip(), row[table.caption]
            else:
                if table.separator != "|":
                    raise csv.Error(f"{len(row)} fields, not {width}")
                skipped.add("row with another number of columns", f"line {line}")
            line = rows.line_num + 1
    except csv.Error as error:
        raise BadInput(
            f"{path} is malformed in the row that begins in line {line} ({error}); "
            f"expected {width} fields as in its first line ({table}): put "
            'a caption with a separator or a "quote" into quotes, and double the '
            "quotes inside it."
        ) from None


def columns_named(names: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return those names, of columns or of keys, that are known ones in any case."""
    return [name for name in names if name.strip().lower() in known]


def _quoting(text: str, separator: str) -> int:
    """Return how a table is quoted. Where tabs separate, quotes that stand around no
    cell are part of the captions; where ``|`` does, all are."""
    if separator == "|":
        return csv.QUOTE_NONE
    if separator == "\t":
        try:
            for _ in _rows(text, separator, csv.QUOTE_MINIMAL):
                pass
        except csv.Error:
            return csv.QUOTE_NONE
    return csv.QUOTE_MINIMAL


def _rows(text: str, separator: str, quoting: int):
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        quoting=quoting,
        skipinitialspace=True,
        strict=True,  # else an unclosed quote silently takes in the rest of the file
    )


def _understood(text: str, path: Path) -> _Table:
    """Return what the table's first rows tell; the separator that makes most sense."""
    used = [one for one in _SEPARATORS if one in text] or [","]
    quoting = {separator: _quoting(text, separator) for separator in used}
    firsts = {one: _first_rows(_rows(text, one, quoting[one])) for one in used}
    for named in (True, False):
        for separator, rows in firsts.items():
            if rows and (found := _columns(rows, named)):
                return _Table(separator, quoting[separator], *found)
    # No separator gives columns that are known: say it of the one that gives most.
    rows = max(firsts.values(), key=lambda rows: len(rows[0]) if rows else 0)
    names = [name.strip().lower() for name in rows[0]] if rows else []
    known = CAPTION if columns_named(names, IMAGE) else IMAGE
    raise BadInput(
        f"{path} has the columns {', '.join(names)[:200] or 'none'}; expected exactly "
        f"one that is named {', '.join(known[:-1])} or {known[-1]}: give the file a "
        "first line like 'image,caption'."
    )


def _first_rows(rows: Iterator[list[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for row in islice(rows, _LOOKED_AT):
            if any(cell.strip() for cell in row):
                found.append(row)
    except csv.Error:  # told of its line later
        pass
    return found


def _columns(
    rows: list[list[str]], named: bool
) -> tuple[Sequence[str], bool, int, int] | None:
    """Return the names of the columns, whether the first row has them, and which are
    those of the pictures and of the captions; known by their names or, if not `named`,
    by what stands in them. None if they are not known."""
    names = [name.strip() for name in rows[0]]
    images, captions = columns_named(names, IMAGE), columns_named(names, CAPTION)
    if named:
        if len(images) != 1 or len(captions) != 1:
            return None
        return names, True, names.index(images[0]), names.index(captions[0])
    if len(images) > 1 or len(captions) > 1:  # which of them, only its author knows
        return None
    whole = [row for row in rows if len(row) == len(names)]
    if len(names) < 2 or len(whole) < len(rows):
        return None
    lengths = [sum(len(row[k]) for row in whole) for k in range(len(names))]
    pictures = [
        k
        for k in range(len(names))
        if all(_PICTURE.fullmatch(row[k].strip()) for row in whole[1:] or whole)
    ]
    if len(pictures) != 1:
        return None
    (image,) = pictures
    caption = max((k for k in range(len(names)) if k != image), key=lengths.__getitem__)
    if _PICTURE.fullmatch(names[image]):
        return [str(k + 1) for k in range(len(names))], False, image, caption
    return names, True, image, caption
