"""Results of a command that may be stopped: kept beside its file until that is written.

.FILE.part       JSON lines: the command's options, then a line a picture, in any order

It is removed once FILE is there. A line that was cut off by a kill is left out.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from captioning.inference.results import PictureResult
from captioning.inference.stored_results import from_line, to_line
from data_prep.atomic import write_text
from data_prep.errors import BadInput
from data_prep.pictures.places import Place


class Unfinished:
    """Keeps each result as soon as it is there.

    Args:
        file: what is written in the end.
        pictures: all that are to be captioned.
        options: what the captions depend on; they must be equal to go on.
        resume: whether to go on with what a stopped command left.
        force: whether to begin anew where it left something.

    Attributes:
        pictures: those that are left to caption.

    Raises:
        BadInput: a stopped command left something, and neither `resume` nor `force` is
            given, or the options differ; or the folder cannot be written to.
    """

    def __init__(
        self,
        file: Path,
        pictures: Iterable[Place],
        options: Mapping[str, Any],
        *,
        resume: bool = False,
        force: bool = False,
    ):
        self._path = part_of(file)
        self._all = list(pictures)
        self._results: dict[Place, PictureResult] = {}
        if self._path.exists() and not resume and not force:
            raise BadInput(
                f"{self._path} has what a command that was stopped had captioned; "
                "expected to go on with it (--resume, or resume=True) or to begin anew "
                "(--force, or force=True)."
            )
        self._first = json.dumps(options, sort_keys=True)
        lines = self._lines() if resume else []
        if lines and lines[0] != self._first:
            raise BadInput(
                f"{self._path} was begun with the options {lines[0]}, and these are "
                f"{self._first}; expected the same. Give them, or begin anew (--force)."
            )
        for line in lines[1:]:
            result = self._result(line)
            self._results[result.path] = result
        self.pictures = [p for p in self._all if p not in self._results]
        # Whether a line can be added to the file. Else it is written anew, with the
        # next result: a command that fails before its first one leaves nothing, and
        # none is added to a line that was cut off.
        self._is_whole = False

    def add(self, result: PictureResult) -> None:
        """Keep the result of one picture, on disk too."""
        self._results[result.path] = result
        try:
            if self._is_whole:
                with open(self._path, "a", encoding="ascii") as file:
                    file.write(f"{to_line(result)}\n")
            else:
                lines = [self._first, *map(to_line, self._results.values())]
                write_text(self._path, "".join(f"{line}\n" for line in lines))
            self._is_whole = True
        except OSError as error:
            self._is_whole = False
            raise BadInput(
                f"{self._path} cannot be written ({error.strerror}); expected to keep "
                "the results there: make room, or name another file."
            ) from error

    @property
    def num_all(self) -> int:
        return len(self._all)

    @property
    def num_kept(self) -> int:
        return len(self._results)

    def results(self) -> list[PictureResult]:
        """Return all results, in the order of the pictures."""
        return [self._results[p] for p in self._all if p in self._results]

    def remove(self) -> None:
        """Remove the file: what it is for is written."""
        self._path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        try:
            # The last line is whole only if it ends; ASCII, as json.dumps writes.
            return self._path.read_text("ascii").split("\n")[:-1]
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(error) from error

    def _result(self, line: str) -> PictureResult:
        try:
            return from_line(line)
        except (ValueError, KeyError, TypeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> BadInput:
        return BadInput(
            f"{self._path} cannot be read ({error}); expected what a command that was "
            "stopped left. Begin anew (--force)."
        )


def may_replace(file: Path, *, resume: bool, force: bool) -> bool:
    """Return whether a file may be written: if it is new, or that is asked for, or if
    it is gone on with, for then it was written as the command was stopped."""
    return force or not file.exists() or (resume and part_of(file).exists())


def part_of(file: Path) -> Path:
    """Return where the results for a file are kept until it is written."""
    return file.with_name(f".{file.name}.part")  # hidden: it is no picture
