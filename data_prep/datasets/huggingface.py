"""Captions as 🤗 datasets keep them: pictures inside Arrow or Parquet files.

Expects the folder that ``save_to_disk`` wrote, or Parquet files as the Hub has them, at
any level of the source; `readers.arrow_tables` has the columns. Needs pyarrow: ``pip
install ".[parquet]"``. A picture that occurs several times is one picture with all of
its captions.

The split is that of a column ``split``, or of the names of the files and their folders
(``train``, ``validation``, ``test``), if that gives all three; else the sha256 of a
picture decides: 80% train, 10% dev, 10% test.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, EmbeddedPicture, RawExample, Skipped
from data_prep.readers.arrow_tables import ENDINGS, Row, read_rows
from data_prep.readers.caption_files import usable_captions
from data_prep.readers.hash_split import split_by_hash
from data_prep.readers.karpathy_splits import SPLIT_NAMES
from data_prep.readers.source_folder import find_picture

KIND = "captions"
NEEDS_SOURCE = True

TRAIN, DEV = 0.8, 0.1
_SPLIT_NAMES = SPLIT_NAMES | {"validation": "dev", "valid": "dev"}


class _Found(NamedTuple):
    """A picture: where it is first, and what was said of it anywhere."""

    image_id: str
    split: str  # as the tables say it; "" if they do not
    digest: str
    place: tuple[Path, int]  # file, row
    captions: list[str]


def read(source: Path, skipped: Skipped) -> Iterator[RawExample]:
    """Yield the pictures of train, dev and test, each split in the order of the files.

    The files are read once for the captions, and once more for the pictures.

    Raises:
        BadInput: there is no file of that kind, or one is malformed.
        ModuleNotFoundError: pyarrow is not installed.
    """
    files = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in ENDINGS
        and path.is_file()
        and not path.name.startswith(("cache-", "."))
    )
    if not files:
        raise BadInput(
            f"{source} and the folders in it have no file that ends in "
            f"{' or '.join(ENDINGS)}; expected what 🤗 datasets save: give that folder."
        )
    found = _pictures(source, files, skipped)
    splits = {picture.split for picture in found}
    is_official = set(SPLITS) <= splits
    skipped.notes["split"] = (
        "official"
        if is_official
        else f"by hash of the pictures, {TRAIN:.0%} train, {DEV:.0%} dev, rest test"
    )
    for split in SPLITS:
        wanted = {
            picture.place: picture
            for picture in found
            if split
            == (
                picture.split
                if is_official
                else split_by_hash(picture.digest, TRAIN, DEV)
            )
        }
        for path in sorted({path for path, _ in wanted}):
            for number, row in enumerate(read_rows(path)):
                if picture := wanted.get((path, number)):
                    yield from _example(picture, split, row, source, skipped)


def _pictures(source: Path, files: list[Path], skipped: Skipped) -> list[_Found]:
    """Return all pictures, in the order in which they occur first."""
    found: dict[tuple[str, str], _Found] = {}
    taken: set[str] = set()
    for path in files:
        place = path.relative_to(source).as_posix()
        of_file = _split_of(re.split(r"[^a-z]+", place.lower()))
        for number, row in enumerate(read_rows(path)):
            digest = hashlib.sha256(row.picture or row.name.encode()).hexdigest()
            split = _split_of([row.split.lower()]) or of_file
            if not row.picture and not row.name:
                skipped.add("row without a picture", f"{place} row {number}")
                continue
            picture = found.get((split, digest))
            if picture is None:
                name = row.name or digest[:16]
                longer = f"{split}/{name}", f"{split}/{digest[:16]}/{name}"
                image_id = next(i for i in (name, *longer) if i not in taken)
                taken.add(image_id)
                picture = _Found(image_id, split, digest, (path, number), [])
                found[split, digest] = picture
            picture.captions.extend(row.captions)
    return list(found.values())


def _split_of(words: list[str]) -> str:
    return next((_SPLIT_NAMES[word] for word in words if word in _SPLIT_NAMES), "")


def _example(
    picture: _Found, split: str, row: Row, source: Path, skipped: Skipped
) -> Iterator[RawExample]:
    image_id = picture.image_id
    texts = usable_captions(dict.fromkeys(picture.captions), image_id, skipped)
    if not texts:
        skipped.add("picture without captions", image_id)
    elif row.picture is not None:
        yield RawExample(image_id, split, texts, EmbeddedPicture(row.picture))
    elif file := find_picture(source, row.name, skipped):
        yield RawExample(image_id, split, texts, file)
