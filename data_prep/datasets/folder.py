"""Your own pictures: a folder with pictures and one file of captions, or a text file
beside each picture.

The caption file may be CSV, JSON, JSON lines or COCO's JSON; `readers.caption_files`
shows each form. It is searched for in the folder, or given with the option
``captions``. It names the pictures relative to the folder, or to a folder ``images`` in
it. Where there is no caption file, each picture's captions are read from the text file
beside it, dog.txt of dog.jpg, one a line (`readers.sidecars`). Nothing outside of the
folder is read, even if names or links lead there.

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
from data_prep.readers.caption_files import FORMS, read_captions, usable_captions
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.sidecars import has_sidecars, read_sidecars
from data_prep.readers.source_folder import alike, existing, find_picture
from data_prep.text.clean import nfc

KIND = "captions"
NEEDS_SOURCE = True

TRAIN, DEV = 0.8, 0.1
PICTURE_FOLDERS = ("images", "Images")


def read(
    source: Path, skipped: Skipped, *, captions: Path | None = None
) -> Iterator[RawExample]:
    """Yield the pictures of train, dev and test, each split in the order of the file.

    Args:
        source: the folder.
        skipped: gets pictures that are missing or outside of the folder, captions that
            are empty or repeated for a picture, and pictures without captions.
        captions: the caption file; None searches for it, and takes sidecars if there
            is none.

    Raises:
        BadInput: there are no captions, or several files of them, or the file is
            malformed.
    """
    path = Path(captions) if captions else _captions_file(source)
    if path:
        rows = (
            (_image_id(source, name), text)
            for name, text in read_captions(path, skipped)
        )
    else:
        rows = read_sidecars(source, skipped)
    by_picture: dict[str, list[str]] = {}
    for image_id, caption in rows:
        by_picture.setdefault(image_id, []).append(caption)
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
            if texts := _without_repeats(texts, image_id, skipped):
                yield RawExample(image_id, split, texts, picture)
            else:
                skipped.add("picture without captions", image_id)


def _captions_file(source) -> Path | None:
    """Return the one file in the folder that can be the captions; None if there are
    sidecars instead."""
    files = sorted(path for path in source.iterdir() if os.path.isfile(path))
    # Of texts, only captions.txt: another may hold anything.
    suffixes = FORMS.keys() - {".txt"}
    found = [
        p
        for p in files
        if Path(p.name.removesuffix(".gz")).suffix.lower() in suffixes
        or p.name == "captions.txt"
    ]
    # Of several candidates, the one named captions is taken.
    chosen = [p for p in found if p.name.lower().startswith("captions.")] or found
    if len(chosen) == 1:
        return chosen[0]
    if not found and has_sidecars(source):
        return None
    if not found:
        seen = ", ".join(path.name for path in files[:5]) or "no file at all"
        raise BadInput(
            f"{source} has no file of captions (it has {seen}"
            f"{', ...' if len(files) > 5 else ''}); expected captions.csv, .json or "
            ".jsonl, or a text file beside each picture (dog.txt of dog.jpg): put them "
            "there, or name the file with --captions FILE."
        )
    raise BadInput(
        f"{source} has several files that may be the captions: "
        f"{', '.join(path.name for path in chosen)}; expected one: choose it with "
        "--captions FILE."
    )


def _image_id(source: Path, name: str) -> str:
    """Return the one name of a picture, of all that it may be called by: with two it
    could be in two splits."""
    path = Path(os.path.normpath(name.strip()))
    if path.is_absolute() and path.is_relative_to(source.resolve()):
        path = path.relative_to(source.resolve())
    places = [Path(folder) / path for folder in ("", *PICTURE_FOLDERS)]
    for place in places:
        if existing(source / place):
            return nfc(place.as_posix())
    for place in places:
        if len(found := alike(source / place)) == 1:
            return nfc((place.parent / found[0].name).as_posix())
    return nfc(path.as_posix())


def _without_repeats(texts, image_id, skipped) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(texts))
    for _ in range(len(texts) - len(unique)):
        skipped.add("caption repeated for the same picture", image_id)
    return unique
