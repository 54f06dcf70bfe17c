"""Sidecars: a text file beside each picture, of its name, with one caption a line.

    dog.jpg
    dog.txt       A dog, running.
                  A dog on a lawn.

`captioning.caption --sidecars txt` writes them, and so do tools that label pictures.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.pictures.folders import find_pictures
from data_prep.readers.files import read_lines
from data_prep.readers.source_folder import existing, find_picture
from data_prep.text.clean import nfc

ENDING = ".txt"


def read_sidecars(source: Path, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """Yield (name of a picture relative to `source`, one caption), sorted by name.

    Args:
        source: a folder; pictures at any depth are found.
        skipped: gets pictures without a sidecar, sidecars that lead out of the folder,
            are empty or cannot be read, and lines that are not UTF-8.
    """
    for picture in find_pictures([source]):
        name = nfc(picture.relative_to(source).as_posix())
        sidecar = existing(picture.with_suffix(ENDING))
        if not sidecar:
            skipped.add("picture without a sidecar", name)
            continue
        beside = sidecar.relative_to(source).as_posix()
        if not (found := find_picture(source, beside, skipped, "sidecar")):
            continue
        try:
            lines = read_lines(found)
        except BadInput:
            skipped.add("sidecar that cannot be read", beside)
            continue
        if not any(line is None or line.strip() for line in lines):
            skipped.add("empty sidecar", beside)
        for number, line in enumerate(lines, start=1):
            if line is None:
                skipped.add("line that is not UTF-8", f"{beside} line {number}")
            elif line.strip():
                yield name, line


def has_sidecars(source: Path) -> bool:
    """Return whether a text file lies beside any picture of a folder."""
    return any(
        existing(picture.with_suffix(ENDING)) for picture in find_pictures([source])
    )
