"""Flickr8k (Hodosh, Young, Hockenmaier 2013): 8,091 photos, five captions each.

Reads the authors' distribution (``Flicker8k_Dataset``, ``Flickr8k_text``), also with
all files in one folder, or Kaggle's (``Images``, ``captions.txt``); the names of the
folders do not matter. The split is the official one, 6,000/1,000/1,000, which is also
Karpathy's; photos in none of its lists are left out. Kaggle's copy lacks the lists
(``Flickr_8k.trainImages.txt`` and so on): without them the hash of a photo's name
splits, with the same shares, and scores do not compare with published ones.

Other captions of these photos, with the option ``captions``: a file, in the form of the
authors' own (``NAME.jpg#0 CAPTION``; also Flickr8k-CN's ``NAME.jpg#zhc#0 CAPTION``, Li
et al. 2016) or another form of captions; or the folder of Multi30k's task 2, whose
photos contain many of these, with the option ``language``.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, RawExample, Skipped
from data_prep.readers.caption_files import FORMS, captioned, ending, read_captions
from data_prep.readers.files import read_lines, read_text
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.multi30k_task2 import read_task2
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
# NAME.jpg#0<TAB>CAPTION, or with a language, and any space
_ROW = re.compile(r"(?P<image>[^#]+)#(?:\w+#)?\d+\s+(?P<caption>.*)")


def read(
    source: Path,
    skipped: Skipped,
    *,
    captions: Path | None = None,
    language: str | None = None,
) -> Iterator[RawExample]:
    """Yield the photos of train, dev and test, each split in the order of its list.

    Args:
        source: the data set's folder.
        skipped: gets photos without captions, and those that no list names.
        captions: other captions: a file, or the folder of Multi30k's task 2.
        language: "de" or "en", if that is the folder of Multi30k's task 2.

    Raises:
        BadInput: files are missing or malformed.
    """
    captions = _captions(source, captions, language, skipped)
    folder = find_picture_folder(source, captions)
    splits = _splits(source, captions, skipped)
    for split, image_ids in splits.items():
        for image_id in image_ids:
            texts = captions.pop(image_id, ())
            yield from captioned(split, image_id, texts, folder, skipped)
    for image_id in captions:  # the rest, which no list names
        if find_picture(folder, image_id, skipped):
            skipped.add("picture in no split", image_id)


def _captions(source, other, language, skipped) -> dict[str, list[str]]:
    """Return the captions of each photo, in the order of the file."""
    path = Path(other) if other else find_file(source, *CAPTIONS)
    if path is None:
        raise BadInput(
            f"{source} and the folders in it have no {CAPTIONS[0]} (nor Kaggle's "
            f"{CAPTIONS[1]}); expected Flickr8k: give the folder where it was unpacked."
        )
    if path.is_dir():
        return _of_task2(source, path, language, skipped)
    if language:
        raise BadInput(
            f"--language got {language}, and {path} is no folder; expected Multi30k's "
            "task 2 with it: leave --language out."
        )
    captions: dict[str, list[str]] = {}
    for image_id, caption in _rows(path, skipped):
        captions.setdefault(image_id, []).append(caption)
    return captions


def _rows(path, skipped) -> Iterator[tuple[str, str]]:
    """Yield (photo, caption) of a file: of the authors' form, or of another."""
    is_text = ending(path) == ".txt" or ending(path) not in FORMS
    if path.name != CAPTIONS[0] and not (is_text and path.suffix == ".gz"):
        yield from read_captions(path, skipped)
        return
    for number, line in enumerate(read_lines(path), start=1):
        if line is not None and not line.strip():
            continue
        row = line and _ROW.fullmatch(line)
        if not row:
            found = "not UTF-8" if line is None else repr(line[:60])
            raise BadInput(
                f"line {number} of {path} is {found}; expected "
                "'PICTURE#NUMBER<TAB>CAPTION': get the file again."
            )
        yield row["image"], row["caption"]


def _of_task2(source, folder, language, skipped) -> dict[str, list[str]]:
    """Return the captions of Multi30k's task 2 by Flickr8k's names of the photos. There
    a photo has the number alone that its name here begins with."""
    by_number = read_task2(folder, language or "en")
    own = _captions(source, None, None, skipped)
    names = {Path(name).stem.partition("_")[0]: name for name in own}
    return {names[n]: texts for n, texts in by_number.items() if n in names}


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
