"""Tatoeba's Korean-English pairs (manythings.org/anki, CC-BY 2.0 FR): short sentences.

Expects ``kor.txt``: English, Korean and who wrote them, with tabs between. Small: some
3,800 pairs. The hash of the English words splits, 80% train, 10% dev, 10% test, so that
all translations of a sentence are in one split.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Parallel, Skipped
from data_prep.readers.sources import split_by_hash
from data_prep.readers.text_files import (
    find_plain_or_gz,
    missing,
    parallel,
    read_lines,
    usable_text,
)

KIND = "translation"
NEEDS_SOURCE = True
TOKENIZER = "subwords"
LANGUAGES = ("en", "ko")

FILE = "kor.txt"
TRAIN, DEV = 0.8, 0.1


def read(source: Path, skipped: Skipped) -> Iterator[Parallel]:
    """Yield the pairs of train, dev and test, each in the order of the file.

    Args:
        source: a folder with the file, in folders or not.
        skipped: gets unusable lines and what train has twice.

    Raises:
        BadInput: the file is missing or malformed.
    """
    path = find_plain_or_gz(source, FILE)
    if path is None:
        raise missing(source, [FILE], "Tatoeba's pairs")
    skipped.notes["split"] = (
        f"by hash of the English words, {TRAIN:.0%} train, {DEV:.0%} dev, rest test"
    )
    splits: dict[str, list[dict[str, str]]] = {split: [] for split in SPLITS}
    for texts in _rows(path, skipped):
        splits[split_by_hash(_words(texts["en"]), TRAIN, DEV)].append(texts)
    for split, rows in splits.items():
        yield from parallel(split, rows, skipped)


def _rows(path, skipped) -> Iterator[dict[str, str]]:
    for number, line in enumerate(read_lines(path), start=1):
        where = f"{path.name} line {number}"
        if line is None or not line.strip():
            usable_text(line, where, skipped)
            continue
        cells = line.split("\t")
        if len(cells) < len(LANGUAGES):
            raise BadInput(
                f"line {number} of {path} is {line[:80]!r}; expected "
                "'ENGLISH<TAB>KOREAN<TAB>ATTRIBUTION': mend it there."
            )
        pairs = zip(LANGUAGES, cells, strict=False)
        texts = {code: usable_text(cell, where, skipped) for code, cell in pairs}
        if all(texts.values()):
            yield texts


def _words(sentence: str) -> str:
    """ "Go." and "go!" are one sentence: they shall not be in two splits."""
    return "".join(c for c in sentence.casefold() if c.isalnum() or c == " ").strip()
