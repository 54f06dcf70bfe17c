"""Your own pictures: a folder with pictures and one file of captions, or a text file
beside each picture.

The caption file may be CSV, JSON, JSON lines, COCO's JSON or Parquet;
`readers.caption_files` shows each form. It is searched for in the folder, or given with
the option ``captions``. It names the pictures relative to the folder, or to a folder
``images`` in it; `readers.picture_names` finds other names too. Where there is no
caption file, each picture's captions are read from the text file beside it, dog.txt of
dog.jpg, one a line (`readers.sidecars`). Nothing outside of the folder is read, even if
names or links lead there.

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
from data_prep.readers.caption_files import (
    FORMS,
    ending,
    read_captions,
    usable_captions,
)
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.picture_names import PictureNames
from data_prep.readers.sidecars import has_sidecars, read_sidecars
from data_prep.readers.source_folder import find_picture

KIND = "captions"
NEEDS_SOURCE = True

TRAIN, DEV = 0.8, 0.1
# What 🤗 datasets keep beside their tables.
_NO_CAPTIONS = {"dataset_info.json", "dataset_dict.json", "state.json"}


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
    by_picture: dict[str, list[str]] = {}
    if path:
        by_name: dict[str, list[str]] = {}
        for name, caption in read_captions(path, skipped):
            by_name.setdefault(name, []).append(caption)
        names = PictureNames(source, by_name, skipped)
        for name, texts in by_name.items():
            if (image_id := names.find(name)) is not None:
                by_picture.setdefault(image_id, []).extend(texts)
    else:
        for image_id, caption in read_sidecars(source, skipped):
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
        if (ending(p) in suffixes and p.name not in _NO_CAPTIONS)
        or p.name == "captions.txt"
    ]
    # Of several candidates, the one named captions is taken.
    chosen = [p for p in found if p.name.lower().startswith("captions.")] or found
    if len(chosen) == 1:
        return chosen[0]
    if not found and has_sidecars(source):
        return None
    if not found:
        if any((source / name).exists() for name in _NO_CAPTIONS):
            raise BadInput(
                f"{source} is a folder of 🤗 datasets; expected pictures and a file of "
                "captions: use the data set huggingface instead of folder."
            )
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


def _without_repeats(texts, image_id, skipped) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(texts))
    for _ in range(len(texts) - len(unique)):
        skipped.add("caption repeated for the same picture", image_id)
    return unique
