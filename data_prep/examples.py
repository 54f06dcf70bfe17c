"""What a data set yields: examples of four kinds, and what was left out."""

from pathlib import Path
from typing import Any, NamedTuple

from data_prep.errors import printable

SPLITS = ("train", "dev", "test")
KINDS = ("captions", "sentiment", "translation", "gap")


class RawExample(NamedTuple):
    """One picture of a data set, as found."""

    image_id: str  # unique; the file's name relative to the folder of the pictures
    split: str  # one of `SPLITS`
    captions: tuple[str, ...]  # at least one, as people wrote them
    # The file, or what was in it, still to be checked; or bytes that need no check.
    image: "Path | EmbeddedPicture | bytes"
    scene: str = ""  # the harbour's semantic record, as JSON


class EmbeddedPicture(NamedTuple):
    """A picture file that lies inside another file."""

    content: bytes


class Labelled(NamedTuple):
    """A sentence and what its writer felt, or what it asks for."""

    split: str
    text: str  # as people wrote it, with one space between words; not empty
    # Of sentiment 0 is negative and 1 positive, or it is a float, how probable a model
    # found it that the text is positive. Else a class, from 0 on.
    label: int | float


class Parallel(NamedTuple):
    """One sentence in several languages."""

    split: str
    texts: dict[str, str]  # code -> sentence, for all of the data set's ``LANGUAGES``
    # "", or the one language that a person wrote; a model translated it into the other.
    original: str = ""


class Skipped:
    """What was left out, counted by reason, and notes about the data set as a whole.

    Attributes:
        notes: topic -> sentence; readers that split say by which rule under "split".
    """

    MAX_EXAMPLES = 5  # a reason: enough to see a pattern

    def __init__(self):
        self.notes: dict[str, str] = {}
        self._reasons: dict[str, dict[str, Any]] = {}

    def add(self, reason: str, what: str) -> None:
        """Count one thing that was left out.

        `reason` is the same for all things of a kind; `what`, the thing's name, comes
        from outside and may be anything.
        """
        entry = self._reasons.setdefault(reason, {"count": 0, "examples": []})
        entry["count"] += 1
        if len(entry["examples"]) < self.MAX_EXAMPLES:
            entry["examples"].append(printable(what, longest=200))

    def lines(self) -> list[str]:
        """Return the notes and what was left out, a line each."""
        return lines_of(self.notes, self.as_dict())

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Return reason -> {"count": int, "examples": [str]}."""
        return {reason: dict(entry) for reason, entry in self._reasons.items()}


def lines_of(notes: dict[str, str], skipped: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines that tell what `Skipped` has, given its parts."""
    lines = [f"{topic}: {note}" for topic, note in notes.items()]
    for reason, entry in skipped.items():
        example = entry["examples"][0]
        lines.append(f"skipped {entry['count']:,}: {reason}, e.g. {example}")
    return [printable(line) for line in lines]
