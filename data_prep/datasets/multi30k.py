"""Multi30k (Elliott et al. 2016, arXiv:1605.00459): sentences about photos, en and de.

Expects ``train``, ``val`` and ``test_2016_flickr``, each ``.en`` and ``.de``, plain or
``.gz``: 29,000/1,014/1,000 pairs, line by line. The split is the official one.

The photos are Flickr30k's, which contain Flickr8k's: train describes 871 of Flickr8k's
1,000 test photos. For a model that learns from both, prepare Multi30k with the option
``leave_out``, the folder of Flickr8k: the lines about its test photos are then left out
of train and dev. That needs the names of the photos, ``train.txt`` and ``val.txt``.

The option ``back_translated`` adds sentences without a translation by a person to train
(Sennrich et al. 2016, arXiv:1511.06709): a folder with ``en.jsonl`` and ``de.jsonl``,
the output of ``captioning read translate --json`` for English and for German sentences.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput, printable
from data_prep.examples import Parallel, Skipped
from data_prep.prepared.json_lines import is_text
from data_prep.readers.files import read_lines, read_text
from data_prep.readers.sentence_files import parallel, usable_lines, usable_text
from data_prep.readers.source_folder import (
    check_folder,
    find_all,
    find_file,
    missing_files,
)

KIND = "translation"
NEEDS_SOURCE = True
TOKENIZER = "subwords"
LANGUAGES = ("en", "de")

FILES = {"train": "train", "dev": "val", "test": "test_2016_flickr"}
TEST_PHOTOS = "Flickr_8k.testImages.txt"


def read(
    source: Path,
    skipped: Skipped,
    *,
    leave_out: Path | None = None,
    back_translated: Path | None = None,
) -> Iterator[Parallel]:
    """Yield the pairs of train, dev and test, each split in the order of its files, and
    behind train's those that a model translated."""
    names = {
        (split, code): f"{stem}.{code}"
        for split, stem in FILES.items()
        for code in LANGUAGES
    }
    paths = find_all(source, names, "Multi30k")
    photos: set[str] = set()
    skipped.notes["split"] = "official; test is test_2016_flickr"
    if leave_out:
        check_folder("--leave-out", leave_out)
        what = "Flickr8k, for its test photos"
        photos = set(_photos(Path(leave_out), TEST_PHOTOS, what)[1])
        skipped.notes["left out"] = (
            "of train and dev, the lines about Flickr8k's test photos"
        )
    for split, stem in FILES.items():
        by_code = {code: paths[split, code] for code in LANGUAGES}
        left_out = photos if split != "test" else set()
        rows = _rows(source, stem, by_code, left_out, skipped)
        yield from parallel(split, rows, skipped)
        if split == "train" and back_translated:
            yield from _back_translated(Path(back_translated), skipped)


def _back_translated(folder: Path, skipped: Skipped) -> Iterator[Parallel]:
    """Yield the sentences of each language with their translations."""
    check_folder("--back-translated", folder)
    what = "translated sentences"
    paths = find_all(folder, {code: f"{code}.jsonl" for code in LANGUAGES}, what)
    skipped.notes["back-translated"] = f"to train: {printable(folder)}"
    for code, other in (LANGUAGES, LANGUAGES[::-1]):
        rows = _translations(paths[code], code, other, skipped)
        for pair in parallel("train", rows, skipped):
            yield pair._replace(original=code)


def _translations(path, code, other, skipped) -> Iterator[dict[str, str]]:
    for number, where, line in usable_lines(path, read_lines(path), skipped):
        try:
            row = json.loads(line)
            if "error" in row:
                skipped.add("sentence that was not translated", where)
                continue
            given = {code: row["text"], other: row["translations"][0]["translation"]}
            if not all(map(is_text, given.values())):
                raise TypeError("it has no text")
        except (ValueError, LookupError, TypeError) as error:
            raise BadInput(
                f"line {number} of {path} is {line[:80]!r}; expected what "
                "`captioning read translate --json` writes of a sentence: translate "
                "the sentences again."
            ) from error
        texts = {c: usable_text(text, where, skipped) for c, text in given.items()}
        if all(texts.values()):
            yield texts


def _rows(source, stem, by_code, photos, skipped) -> Iterator[dict[str, str]]:
    columns = {code: read_lines(path) for code, path in by_code.items()}
    _check_lengths({by_code[code]: len(lines) for code, lines in columns.items()})
    numbers: list[str] = []
    if photos:
        path, numbers = _photos(source, f"{stem}.txt", "the names of the photos")
        _check_lengths({by_code["en"]: len(columns["en"]), path: len(numbers)})
    for index in range(len(columns["en"])):
        where = f"{stem} line {index + 1}"
        if photos and numbers[index] in photos:
            skipped.add("line about a photo that is left out", where)
            continue
        texts = {
            c: usable_text(lines[index], where, skipped) for c, lines in columns.items()
        }
        if all(texts.values()):
            yield texts


def _check_lengths(lengths: dict[Path, int]) -> None:
    (first, number), (second, other) = lengths.items()
    if number != other:
        raise BadInput(
            f"{first} has {number} lines and {second} has {other}; expected the same "
            "number, line by line about the same photo: get both again."
        )


def _photos(folder: Path, name: str, what: str) -> tuple[Path, list[str]]:
    """Return the file of this name and the numbers of the photos that it lists, which
    both data sets share: ``1007129816.jpg`` of Multi30k is
    ``1007129816_e794419615.jpg`` of Flickr8k."""
    path = find_file(folder, name)
    if path is None:
        raise missing_files(folder, [name], what)
    return path, [Path(p).stem.split("_")[0] for p in read_text(path).split()]
