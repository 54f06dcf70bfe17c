"""Karpathy's JSON files: the splits that published caption scores are measured on.

``dataset_coco.json`` and ``dataset_flickr30k.json`` of caption_datasets.zip (Karpathy &
Fei-Fei 2015, arXiv:1412.2306), or a file of the same form:

    {"images": [{"filename": "1.jpg", "filepath": "val2014", "split": "train",
                 "sentences": [{"raw": "A dog."}, ...]}, ...]}

`filepath` may be missing; all else in the file is passed over. "val" becomes dev, and
"restval", the rest of COCO's validation photos, counts as train, as is usual.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, RawExample, Skipped
from data_prep.readers.sources import (
    find_file,
    find_picture,
    find_picture_folder,
    parse_json,
    read_text,
    usable_captions,
)

SPLIT_NAMES = {
    "train": "train",
    "restval": "train",
    "val": "dev",
    "dev": "dev",
    "test": "test",
}
# COCO's file has 144 MB, most of it in what is not used: thrown away while parsing.
_KEPT = {"images", "filename", "filepath", "split", "sentences", "raw"}


def read_karpathy(source: Path, name: str, skipped: Skipped) -> Iterator[RawExample]:
    """Yield the pictures of train, dev and test, each in the order of the file.

    Args:
        source: a folder with the JSON file and the pictures, in folders or not.
        name: of the JSON file.
        skipped: gets pictures that are missing, in no split or without captions.

    Raises:
        BadInput: the file or all the pictures are missing, or the file is malformed.
    """
    path = find_file(source, name)
    if path is None:
        raise BadInput(
            f"{source} and the folders in it have no {name}; expected Karpathy's file "
            "with splits and captions (from caption_datasets.zip): put it there."
        )
    splits: dict[str, list[tuple[str, list[str]]]] = {split: [] for split in SPLITS}
    for image_id, split, captions in _images(path):
        if split in SPLIT_NAMES:
            splits[SPLIT_NAMES[split]].append((image_id, captions))
        else:
            skipped.add("picture in no split", image_id)
    skipped.notes["split"] = f"Karpathy's, by {name}"
    _check_once(path, splits)
    image_ids = [image_id for members in splits.values() for image_id, _ in members]
    folder = find_picture_folder(source, image_ids)
    for split, members in splits.items():
        for image_id, captions in members:
            texts = usable_captions(captions, image_id, skipped)
            if not texts:
                skipped.add("picture without captions", image_id)
            elif picture := find_picture(folder, image_id, skipped):
                yield RawExample(image_id, split, texts, picture)


def _images(path) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, split and captions of each picture of the file."""

    def keep(entry):
        return {key: value for key, value in entry.items() if key in _KEPT}

    content = parse_json(read_text(path), path, object_hook=keep)
    number = 0
    try:
        for image in content["images"]:
            captions = [sentence["raw"] for sentence in image["sentences"]]
            image_id = Path(image.get("filepath", ""), image["filename"]).as_posix()
            # Joining is the cheapest check that all are strings.
            "".join([*captions, image["split"]])
            yield image_id, image["split"], captions
            number += 1
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path} is not of Karpathy's form: at image {number} something is missing "
            f"or of another type ({error}); expected images with filename, split and "
            "sentences, each with raw: get the file anew."
        ) from None


def _check_once(path, splits):
    seen: set[str] = set()
    for members in splits.values():
        for image_id, _ in members:
            if image_id in seen:
                raise BadInput(
                    f"{path} names the picture {image_id} twice; expected each picture "
                    "once: merge its entries."
                )
            seen.add(image_id)
