"""The data sets: one module each, all under one contract.

A module of this package is a data set, and its file name is what users type. To add a
data set, add a file; only an option of its own that no other data set has needs one
more line, its flag in `_OWN_FLAGS` of `data_prep.prepare`. A module has

- a docstring, which says what it reads and how it splits;
- ``KIND``, one of `data_prep.examples.KINDS`, which says what ``read`` yields:
  "captions" (`RawExample`), "sentiment" or "gap" (`Labelled`), "translation"
  (`Parallel`);
- ``NEEDS_SOURCE: bool``, whether it is read from a folder or generated;
- ``read(source: Path | None, skipped: Skipped, *, ...) -> Iterator``, which yields
  lazily, split after split: no example of train comes after one of dev. Keyword
  arguments are the data set's options. What cannot be used goes to ``skipped`` and is
  not an error, unless nothing can be read at all or an option cannot be used: then
  `BadInput`. Generated data sets use neither ``source`` nor ``skipped``;
- ``TOKENIZER``, unless captions: the default tokenizer, one of
  `text.choose_tokenizer.KINDS`, and optionally ``VOCABULARY_SIZE``, its size (not for
  words);
- ``LANGUAGES``, if translation: the language codes, the pivot first. A model learns to
  translate from the pivot into the others and from the others into the pivot.

Data sets do not import each other. What they share is in `data_prep.readers` and, for
generated ones, in `data_prep.harbour`.
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
        BadInput: there is no data set of this name; the message lists those there are.
    """
    if name not in names():
        raise BadInput(
            f"there is no data set {name!r}; expected one of {', '.join(names())}: "
            "'folder' reads your own pictures and captions."
        )
    return importlib.import_module(f"{__name__}.{name}")
