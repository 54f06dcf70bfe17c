"""All captions in one file: CSV, JSON lines, text or Parquet."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from captioning.inference.result_text import if_there, lines_of, unicode_name
from captioning.inference.results import PictureResult
from captioning.inference.unfinished import Unfinished
from data_prep.atomic import whole_file
from data_prep.errors import BadInput
from data_prep.pictures.places import Place

ENDINGS = (".csv", ".jsonl", ".txt", ".parquet")

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
        num_captioned = write_results(self._path, self._unfinished.results, self._shown)
        self._unfinished.remove()
        return said_of(self._path, num_captioned)

    def stopped(self) -> str:
        """Return what to say where not all pictures were captioned."""
        return (
            f"stopped: the results of {self._unfinished.num_kept} of "
            f"{self._unfinished.num_all} pictures are kept; the same command with "
            "--resume goes on"
        )


def said_of(path: Path, num_captioned: int) -> str:
    """Return what to say of a file that `write_results` wrote, or did not write."""
    if not num_captioned:
        said = f"{path} was not written: there is no caption"
        return said + if_there(path)
    pictures = "1 picture" if num_captioned == 1 else f"{num_captioned} pictures"
    return f"{path}: {pictures} captioned"


def write_results(
    path: Path, results: Callable[[], Iterable[PictureResult]], shown: int | None = 1
) -> int:
    """Write results into a file, all or nothing, if any picture was captioned. One
    result at a time is in memory.

    Args:
        path: its ending, one of `ENDINGS`, says in which form.
        results: gives them, each time that it is called.
        shown: captions of a picture, at most; None is all of them, with their scores.

    Returns:
        How many pictures were captioned.

    Raises:
        BadInput: the file cannot be written.
    """

    def named() -> Iterator[PictureResult]:
        for result in results():
            yield result._replace(path=_named_from(result.path, path))

    columns = _Columns(shown)
    for result in results():
        columns.look_at(result)
    if not columns.num_captioned:
        return 0
    ending = path.suffix.lower()
    try:
        with whole_file(path) as partial:
            if ending == ".parquet":
                from captioning.inference.parquet_file import write_parquet

                write_parquet(partial, named(), shown)
            else:
                with open(partial, "w", encoding="utf-8", newline="") as file:
                    if ending == ".csv":
                        _write_csv(file, named(), columns)
                    else:
                        _write_lines(file, named(), shown, json=ending == ".jsonl")
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}); expected to write the "
            "captions there. Name another file."
        ) from error
    return columns.num_captioned


def _write_lines(file, results, shown, *, json: bool) -> None:
    for result in results:
        file.writelines(f"{line}\n" for line in lines_of(result, shown, json=json))


class _Columns:
    """The columns of a table of captions beside image and caption: confidence if there
    is one, score (and expected CIDEr-D, if captions are in that order) if several
    captions are shown, and tags if they were asked for."""

    def __init__(self, shown: int | None):
        self.shown, self.num_captioned = shown, 0
        self.scored = shown is None or shown > 1
        self.sure = self.reranked = self.tagged = False

    def look_at(self, result: PictureResult) -> None:
        if result.captions:
            self.num_captioned += 1
            self.sure |= any(c.confidence is not None for c in result.captions)
            expected = result.captions[0].expected_cider_d
            self.reranked |= self.scored and expected is not None
            self.tagged |= result.tags is not None

    def names(self) -> list[str]:
        optional = {
            "confidence": self.sure,
            "score": self.scored,
            "expected_cider_d": self.reranked,
            "tags": self.tagged,
        }
        return [name for name in optional if optional[name]]


def _write_csv(file, results: Iterable[PictureResult], columns: _Columns) -> None:
    """Write a table, a row a caption; pictures without captions have none.

    No cell is a formula to a spreadsheet program: before a caption that looks like one
    stands an apostrophe, before a picture's name ``./``.
    """
    rows = csv.writer(file)  # as RFC 4180 has it
    rows.writerow(["image", "caption", *columns.names()])
    for result in results:
        name = unicode_name(result.path)
        name = f"./{name}" if name.startswith(_FORMULA) else name
        words = "; ".join(found.tag for found in result.tags or [])
        for each in result.captions[: columns.shown]:
            cells = [name, _no_formula(each.caption)]
            cells += [f"{each.confidence:.4f}"] if columns.sure else []
            cells += [f"{each.score:.4f}"] * columns.scored
            cells += [f"{each.expected_cider_d:.4f}"] if columns.reranked else []
            cells += [_no_formula(words)] * columns.tagged
            rows.writerow(cells)


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _named_from(picture: Place, file: Path) -> Place:
    if isinstance(picture, str):
        return picture
    folder = os.path.abspath(file.parent)
    absolute = Path(os.path.abspath(picture))
    return absolute.relative_to(folder) if absolute.is_relative_to(folder) else picture
