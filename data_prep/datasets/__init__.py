"""The data sets: one module each, all under one contract.

A module of this package is a data set; its file name is what users type. It has

- a docstring, which says what it reads and how it splits;
- ``KIND``, which says what ``read`` yields: "captions" (`RawExample`), "sentiment" or
  "gap" (`Labelled`), or "translation" (`Parallel`);
- ``NEEDS_SOURCE: bool``, whether it is read from a folder or made out of nothing;
- ``read(source: Path | None, skipped: Skipped, *, ...) -> Iterator``, which yields
  lazily, split after split: an example of train never comes after one of dev.
  Arguments by keyword are the data set's options. What cannot be used is not an error
  but goes to ``skipped``, unless nothing can be read at all: then `BadInput`;
- ``TOKENIZER``, unless captions: what its texts are cut into if the user does not say,
  one of `data_prep.tokenizer_choice.KINDS`, and ``VOCABULARY_SIZE``, into how many;
- ``LANGUAGES``, if translation: their codes, the pivot first. One learns to translate
  from the pivot into the others and from the others into the pivot.

Nothing else knows the names of the data sets: a new file is a new data set.
"""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from data_prep.errors import BadInput, printable

SPLITS = ("train", "dev", "test")
KINDS = ("captions", "sentiment", "translation", "gap")


class RawExample(NamedTuple):
    """One picture of a data set, as found.

    Attributes:
        image_id: unique; the file's name relative to the folder of the pictures.
        split: "train", "dev" or "test".
        captions: at least one, as people wrote them.
        image: the file, still to be checked; or encoded bytes that need no check.
        scene: the harbour's semantic record, as JSON.
    """

    image_id: str
    split: str
    captions: tuple[str, ...]
    image: Path | bytes
    scene: str = ""


class Labelled(NamedTuple):
    """A sentence and what its writer felt, or what it asks for.

    Attributes:
        split: "train", "dev" or "test".
        text: as people wrote it, with one space between words; not empty.
        label: of sentiment 0 is negative, 1 is positive; else from 0 on.
    """

    split: str
    text: str
    label: int


class Parallel(NamedTuple):
    """One sentence in several languages.

    Attributes:
        split: "train", "dev" or "test".
        texts: language code -> the sentence, for all of the data set's ``LANGUAGES``.
    """

    split: str
    texts: dict[str, str]


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

        Args:
            reason: the same words for all things of a kind.
            what: the thing's name, which comes from outside and may be anything.
        """
        entry = self._reasons.setdefault(reason, {"count": 0, "examples": []})
        entry["count"] += 1
        if len(entry["examples"]) < self.MAX_EXAMPLES:
            entry["examples"].append(printable(what, longest=200))

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Return reason -> {"count": int, "examples": [str]}."""
        return {reason: dict(entry) for reason, entry in self._reasons.items()}


def names() -> list[str]:
    """Return the names of all data sets, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> ModuleType:
    """Return the module of a data set.

    Raises:
        BadInput: there is none of this name; the message lists those there are.
    """
    if name not in names():
        raise BadInput(
            f"there is no data set {name!r}; expected one of {', '.join(names())}: "
            "'folder' reads your own pictures and captions."
        )
    return importlib.import_module(f"{__name__}.{name}")
