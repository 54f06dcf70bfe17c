"""Flickr8k (Hodosh, Young, Hockenmaier 2013): 8,091 photos, five captions each.

Reads the authors' distribution (``Flicker8k_Dataset``, ``Flickr8k_text``), also with
all files in one folder, or Kaggle's (``Images``, ``captions.txt``); the names of the
folders do not matter. The split is the official one, 6,000/1,000/1,000, which is also
Karpathy's; photos in none of its lists are left out. Kaggle's copy lacks the lists
(``Flickr_8k.trainImages.txt`` and so on): without them the hash of a photo's name
splits, with the same shares, and scores do not compare with published ones.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, RawExample, Skipped
from data_prep.readers.caption_files import captioned, read_captions
from data_prep.readers.files import read_text
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.source_folder import (
    find_file,
    find_picture,
    find_picture_folder,
)

KIND = "captions"
NEEDS_SOURCE = True

CAPTIONS = ("Flickr8k.token.txt", "captions.txt")  # the authors' file, Kaggle's file
SPLIT_LISTS = {split: f"Flickr_8k.{split}Images.txt" for split in SPLITS}
TRAIN, DEV = 6 / 8, 1 / 8  # the official shares


def read(source: Path, skipped: Skipped) -> Iterator[RawExample]:
    """Yield the photos of train, dev and test, each split in the order of its list."""
    captions = _captions(source)
    folder = find_picture_folder(source, captions)
    splits = _splits(source, captions, skipped)
    for split, image_ids in splits.items():
        for image_id in image_ids:
            texts = captions.pop(image_id, ())
            yield from captioned(split, image_id, texts, folder, skipped)
    for image_id in captions:  # the rest, which no list names
        if find_picture(folder, image_id, skipped):
            skipped.add("picture in no split", image_id)


def _captions(source) -> dict[str, list[str]]:
    """Return the captions of each photo, in the order of the file."""
    path = find_file(source, *CAPTIONS)
    if path is None:
        raise BadInput(
            f"{source} and the folders in it have no {CAPTIONS[0]} (nor Kaggle's "
            f"{CAPTIONS[1]}); expected Flickr8k: give the folder where it was unpacked."
        )
    parse = _token_rows if path.name == CAPTIONS[0] else read_captions
    captions: dict[str, list[str]] = {}
    for image_id, caption in parse(path):
        captions.setdefault(image_id, []).append(caption)
    return captions


def _token_rows(path) -> Iterator[tuple[str, str]]:
    """Yield rows of the authors' file: ``1000268201_693b08cb0e.jpg#0<TAB>A child``."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        key, tab, caption = line.partition("\t")
        image_id, sign, _ = key.rpartition("#")
        if not (tab and sign):
            raise BadInput(
                f"line {number} of {path} is {line[:60]!r}; expected "
                "'PICTURE#NUMBER<TAB>CAPTION': get the file again."
            )
        yield image_id, caption


def _splits(source, captions, skipped) -> dict[str, list[str]]:
    """Return the photos of each split, by the official lists or by hash."""
    lists = {split: find_file(source, name) for split, name in SPLIT_LISTS.items()}
    missing = [SPLIT_LISTS[split] for split, path in lists.items() if path is None]
    if len(missing) == len(lists):
        skipped.notes["split"] = (
            f"by hash, not the official one: {source} has no {missing[0]}; do not "
            "compare scores with published ones"
        )
        return group_by_hash(captions, str, TRAIN, DEV)
    if missing:
        raise BadInput(
            f"{source} has no {', '.join(missing)}, though other lists of the official "
            "split; expected all three, or none (for a split by hash): get the missing "
            "ones."
        )
    skipped.notes["split"] = "official"
    splits = {split: read_text(path).split() for split, path in lists.items()}
    image_ids = [image_id for ids in splits.values() for image_id in ids]
    if len(set(image_ids)) < len(image_ids):
        raise BadInput(
            f"the lists {', '.join(SPLIT_LISTS.values())} in {source} name a picture "
            "twice; expected each picture in one split: get the lists again."
        )
    return splits
