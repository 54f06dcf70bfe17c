"""Karpathy's JSON: captions and the splits that published scores are measured on.

``dataset_coco.json`` and ``dataset_flickr30k.json`` of caption_datasets.zip (Karpathy &
Fei-Fei 2015, arXiv:1412.2306), or a file of the same form:

    {"images": [{"filename": "1.jpg", "filepath": "val2014", "split": "train",
                 "sentences": [{"raw": "A dog."}, ...]}, ...]}

`filepath` is optional; other fields are ignored. The split "val" is called dev here,
and "restval", the rest of COCO's validation photos, belongs to train, as usual.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, RawExample, Skipped
from data_prep.readers.caption_files import captioned
from data_prep.readers.files import parse_json, read_text
from data_prep.readers.source_folder import find_file, find_picture_folder

SPLIT_NAMES = {split: split for split in SPLITS} | {"restval": "train", "val": "dev"}
# COCO's file has 144 MB, most of it unused fields: dropped during parsing.
_KEPT = {"images", "filename", "filepath", "split", "sentences", "raw"}


def read_karpathy(source: Path, name: str, skipped: Skipped) -> Iterator[RawExample]:
    """Yield the pictures of train, dev and test, each split in the order of the file
    of this name; it and the pictures may be at any level of the source."""
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
    image_ids = [image_id for members in splits.values() for image_id, _ in members]
    if len(set(image_ids)) < len(image_ids):
        twice = Counter(image_ids).most_common(1)[0][0]
        raise BadInput(
            f"{path} names the picture {twice} twice; expected each picture once: "
            "merge its entries."
        )
    folder = find_picture_folder(source, image_ids)
    for split, members in splits.items():
        for image_id, captions in members:
            yield from captioned(split, image_id, captions, folder, skipped)


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
            # Joining raises TypeError unless all are strings: the cheapest check.
            "".join([*captions, image["split"]])
            yield image_id, image["split"], captions
            number += 1
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path} is not of Karpathy's form: at image {number} a field is missing "
            f"or of another type ({error}); expected images with filename, split and "
            "sentences, each with raw: get the file again."
        ) from None
