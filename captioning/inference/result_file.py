"""All captions in one file: CSV, JSON lines, or text."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from captioning.inference.result_text import if_there, lines_of, unicode_name
from captioning.inference.results import PictureResult
from captioning.inference.unfinished import Unfinished
from data_prep.atomic import write_text
from data_prep.errors import BadInput

ENDINGS = (".csv", ".jsonl", ".txt")

# A cell that begins so is a formula to Excel and LibreOffice, or may become one (OWASP,
# "CSV Injection"), the full-width forms too.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class OneFile:
    """Collects results, and writes them once all pictures are done.

    A picture in the folder of the file, or in a folder in it, is named from there: so
    `data_prep.prepare folder` finds the pictures of a captions.csv. Any other keeps the
    name it was given.

    Args:
        path: the file to write; its ending, one of `ENDINGS`, says in which form.
        unfinished: keeps the results until then.
        shown: captions of a picture, at most; None is all of them, with their scores.
    """

    def __init__(self, path: Path, unfinished: Unfinished, shown: int | None = 1):
        self._path, self._unfinished, self._shown = path, unfinished, shown

    def add(self, result: PictureResult) -> None:
        """Take the result of one picture."""
        self._unfinished.add(result)

    def finish(self) -> str:
        """Write the file if any picture was captioned; return what to say of it.

        Raises:
            BadInput: it cannot be written.
        """
        results = [
            result._replace(path=_named_from(result.path, self._path))
            for result in self._unfinished.results()
        ]
        num_captioned = sum(bool(result.captions) for result in results)
        if not num_captioned:
            self._unfinished.remove()
            said = f"{self._path} was not written: there is no caption"
            return said + if_there(self._path)
        try:
            write_text(self._path, self._text(results))
        except OSError as error:
            raise BadInput(
                f"{self._path} cannot be written ({error.strerror}); expected to write "
                "the captions there. Name another file."
            ) from error
        self._unfinished.remove()
        pictures = "1 picture" if num_captioned == 1 else f"{num_captioned} pictures"
        return f"{self._path}: {pictures} captioned"

    def _text(self, results: list[PictureResult]) -> str:
        ending = self._path.suffix.lower()
        if ending == ".csv":
            return csv_text(results, self._shown)
        return "".join(
            f"{line}\n"
            for result in results
            for line in lines_of(result, self._shown, json=ending == ".jsonl")
        )


def csv_text(results: Iterable[PictureResult], shown: int | None = 1) -> str:
    """Return a table with the columns image and caption, a row a caption; and
    confidence if there is one, score if several captions are shown, and tags if they
    were asked for.

    No cell is a formula to a spreadsheet program: before a caption that looks like one
    stands an apostrophe, before a picture's name ``./``.

    Args:
        results: of pictures; those without captions have no row.
        shown: captions of a picture, at most; None is all of them.
    """
    results = [result for result in results if result.captions]
    scored = shown is None or shown > 1
    tagged = any(result.tags is not None for result in results)
    table = io.StringIO(newline="")
    rows = csv.writer(table)  # as RFC 4180 has it
    sure = any(c.confidence is not None for result in results for c in result.captions)
    optional = {"confidence": sure, "score": scored, "tags": tagged}
    rows.writerow(["image", "caption", *(name for name in optional if optional[name])])
    for result in results:
        name = unicode_name(result.path)
        name = f"./{name}" if name.startswith(_FORMULA) else name
        words = "; ".join(found.tag for found in result.tags or [])
        for caption, score, confidence in result.captions[:shown]:
            cells = [name, _no_formula(caption)]
            cells += [f"{confidence:.4f}"] if sure else []
            cells += [f"{score:.4f}"] * scored + [_no_formula(words)] * tagged
            rows.writerow(cells)
    return table.getvalue()


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _named_from(picture: Path, file: Path) -> Path:
    folder = os.path.abspath(file.parent)
    absolute = Path(os.path.abspath(picture))
    return absolute.relative_to(folder) if absolute.is_relative_to(folder) else picture
