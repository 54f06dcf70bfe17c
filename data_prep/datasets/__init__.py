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
  one of `text.tokenizer_choice.KINDS`, and ``VOCABULARY_SIZE``, into how many;
- ``LANGUAGES``, if translation: their codes, the pivot first. One learns to translate
  from the pivot into the others and from the others into the pivot.

Nothing else knows the names of the data sets: a new file is a new data set.
"""

import importlib
import pkgutil
from types import ModuleType

from data_prep.errors import BadInput


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
