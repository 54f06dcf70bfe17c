"""Your own pictures: a folder with pictures and one file of captions.

The file of captions may be CSV, JSON, JSON lines or COCO's JSON;
`readers.caption_files` shows each. It is found in the folder, or given as the option
``captions``. It names the pictures relative to the folder, or to a folder ``images`` in
it. Nothing outside of the folder is read, wherever names and links may lead.

The sha256 of a picture's name decides on its split: 80% train, 10% dev, 10% test. So a
picture stays in its split whatever is added or removed; and a few pictures may leave a
split empty (a hundred hardly ever do). To split by yourself, write Karpathy's JSON and
use the data set ``flickr30k``.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, RawExample, Skipped
from data_prep.readers.caption_files import read_captions
from data_prep.readers.sources import find_picture, split_by_hash, usable_captions

KIND = "captions"
NEEDS_SOURCE = True

TRAIN, DEV = 0.8, 0.1
SUFFIXES = {".csv", ".tsv", ".json", ".jsonl"}
PICTURE_FOLDERS = ("images", "Images")


def read(
    source: Path, skipped: Skipped, *, captions: Path | None = None
) -> Iterator[RawExample]:
    """Yield the pictures of train, dev and test, each in the order of the file.

    Args:
        source: the folder.
        skipped: gets pictures that are missing or outside of the folder, captions that
            are empty or repeated for a picture, and pictures without captions.
        captions: the file of captions, if it is not to be searched for.

    Raises:
        BadInput: there is no file of captions, or several, or a malformed one.
    """
    path = Path(captions) if captions else _captions_file(source)
    by_picture: dict[str, list[str]] = {}
    for name, caption in read_captions(path):
        by_picture.setdefault(_image_id(source, name), []).append(caption)
    skipped.notes["split"] = (
        f"by hash of the pictures' names, {TRAIN:.0%} train, {DEV:.0%} dev, rest test"
    )
    splits: dict[str, list[tuple[str, Path]]] = {split: [] for split in SPLITS}
    for image_id in by_picture:
        if picture := find_picture(source, image_id, skipped):
            splits[split_by_hash(image_id, TRAIN, DEV)].append((image_id, picture))
    for split, pictures in splits.items():
        for image_id, picture in pictures:
            texts = usable_captions(by_picture[image_id], image_id, skipped)
            if texts := _without_repeats(texts, image_id, skipped):
                yield RawExample(image_id, split, texts, picture)
            else:
                skipped.add("picture without captions", image_id)


def _captions_file(source) -> Path:
    """Return the one file in the folder that can be the captions."""
    files = sorted(path for path in source.iterdir() if os.path.isfile(path))
    found = [
        p for p in files if p.suffix.lower() in SUFFIXES or p.name == "captions.txt"
    ]
    # With several, the name decides.
    chosen = [p for p in found if p.stem.lower() == "captions"] or found
    if len(chosen) == 1:
        return chosen[0]
    if not found:
        seen = ", ".join(path.name for path in files[:5]) or "no file at all"
        raise BadInput(
            f"{source} has no file of captions (it has {seen}"
            f"{', ...' if len(files) > 5 else ''}); expected captions.csv, .json or "
            ".jsonl: put it there, or name the file with --captions FILE."
        )
    raise BadInput(
        f"{source} has several files that may hold the captions: "
        f"{', '.join(path.name for path in chosen)}; expected one: choose it with "
        "--captions FILE."
    )


def _image_id(source, name) -> str:
    """One name for one picture: else it might be in two splits."""
    name = Path(os.path.normpath(name.strip())).as_posix()  # "./b/../a.jpg" is "a.jpg"
    if not os.path.lexists(source / name):
        for folder in PICTURE_FOLDERS:
            if os.path.lexists(source / folder / name):
                return f"{folder}/{name}"
    return name


def _without_repeats(texts, image_id, skipped) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(texts))
    for _ in range(len(texts) - len(unique)):
        skipped.add("caption repeated for the same picture", image_id)
    return unique
