"""Tatoeba's Korean-English pairs (manythings.org/anki, CC-BY 2.0 FR): short sentences.

Expects ``kor.txt``: English, Korean and the attribution, with tabs between them; some
3,800 pairs. The hash of the English words splits, 80% train, 10% dev, 10% test, so that
all translations of a sentence are in one split.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Parallel, Skipped
from data_prep.readers.files import read_lines
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.sentence_files import parallel, usable_lines, usable_text
from data_prep.readers.source_folder import find_all

KIND = "translation"
NEEDS_SOURCE = True
TOKENIZER = "subwords"
LANGUAGES = ("en", "ko")

FILE = "kor.txt"
TRAIN, DEV = 0.8, 0.1


def read(source: Path, skipped: Skipped) -> Iterator[Parallel]:
    """Yield the pairs of train, dev and test, each split in the order of the file."""
    path = find_all(source, {"all": FILE}, "Tatoeba's pairs")["all"]
    skipped.notes["split"] = (
        f"by hash of the English words, {TRAIN:.0%} train, {DEV:.0%} dev, rest test"
    )
    rows = _rows(path, skipped)
    splits = group_by_hash(rows, lambda texts: _words(texts["en"]), TRAIN, DEV)
    for split, members in splits.items():
        yield from parallel(split, members, skipped)


def _rows(path, skipped) -> Iterator[dict[str, str]]:
    for number, where, line in usable_lines(path, read_lines(path), skipped):
        cells = line.split("\t")
        if len(cells) < len(LANGUAGES):
            raise BadInput(
                f"line {number} of {path} is {line[:80]!r}; expected "
                "'ENGLISH<TAB>KOREAN<TAB>ATTRIBUTION': correct it there."
            )
        pairs = zip(LANGUAGES, cells, strict=False)
        texts = {code: usable_text(cell, where, skipped) for code, cell in pairs}
        if all(texts.values()):
            yield texts


def _words(sentence: str) -> str:
    """Return a sentence without case and punctuation: "Go." and "go!" are the same
    sentence and must not be in two splits."""
    return "".join(c for c in sentence.casefold() if c.isalnum() or c == " ").strip()
