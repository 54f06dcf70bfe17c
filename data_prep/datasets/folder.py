"""Your own pictures: a folder with pictures and one file of captions.

The caption file may be CSV, JSON, JSON lines or COCO's JSON; `readers.caption_files`
shows each form. It is searched for in the folder, or given with the option
``captions``. It names the pictures relative to the folder, or to a folder ``images`` in
it. Nothing outside of the folder is read, even if names or links lead there.

The sha256 of a picture's name decides its split: 80% train, 10% dev, 10% test. So a
picture stays in its split when others are added or removed; and with very few pictures
a split may be empty (with a hundred this is rare). For a split of your own, write
Karpathy's JSON and use the data set ``flickr30k``.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import RawExample, Skipped
from data_prep.readers.caption_files import read_captions, usable_captions
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.source_folder import find_picture

KIND = "captions"
NEEDS_SOURCE = True

TRAIN, DEV = 0.8, 0.1
SUFFIXES = {".csv", ".tsv", ".json", ".jsonl"}
PICTURE_FOLDERS = ("images", "Images")


def read(
    source: Path, skipped: Skipped, *, captions: Path | None = None
) -> Iterator[RawExample]:
    """Yield the pictures, each split in the order of the caption file."""
    path = Path(captions) if captions else _captions_file(source)
    by_picture: dict[str, list[str]] = {}
    for name, caption in read_captions(path):
        by_picture.setdefault(_image_id(source, name), []).append(caption)
    skipped.notes["split"] = (
        f"by hash of the pictures' names, {TRAIN:.0%} train, {DEV:.0%} dev, rest test"
    )
    found = (
        (image_id, picture)
        for image_id in by_picture
        if (picture := find_picture(source, image_id, skipped))
    )
    splits = group_by_hash(found, lambda item: item[0], TRAIN, DEV)
    for split, pictures in splits.items():
        for image_id, picture in pictures:
            texts = usable_captions(by_picture[image_id], image_id, skipped)
            unique = tuple(dict.fromkeys(texts))
            for _ in texts[len(unique) :]:
                skipped.add("caption repeated for the same picture", image_id)
            if unique:
                yield RawExample(image_id, split, unique, picture)
            else:
                skipped.add("picture without captions", image_id)


def _captions_file(source) -> Path:
    """Return the one file in the folder that can be the captions."""
    files = sorted(filter(os.path.isfile, source.iterdir()))
    found = [
        p for p in files if p.suffix.lower() in SUFFIXES or p.name == "captions.txt"
    ]
    # Of several candidates, the one named captions is taken.
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
        f"{source} has several files that may be the captions: "
        f"{', '.join(path.name for path in chosen)}; expected one: choose it with "
        "--captions FILE."
    )


def _image_id(source, name) -> str:
    """Return the one name of a picture: with two it could be in two splits."""
    name = Path(os.path.normpath(name.strip())).as_posix()  # "./b/../a.jpg" is "a.jpg"
    if not os.path.lexists(source / name):
        for folder in PICTURE_FOLDERS:
            if os.path.lexists(source / folder / name):
                return f"{folder}/{name}"
    return name
