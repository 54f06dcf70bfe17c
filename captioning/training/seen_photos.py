"""A warning: the pretrained captioner may have learned from photos that score it."""

import re
from pathlib import Path

from captioning import pretrained
from data_prep.console import say
from data_prep.prepared.captions import load_captions
from data_prep.prepared.dataset_info import DatasetInfo

# 1000268201_693b08cb0e.jpg, COCO_val2014_000000000042.jpg
_NAME = re.compile(r"(?:.*/)?(?:\d+_[0-9a-f]{10}|(?:COCO_val2014_|coco_)\d{6,12})\.jpg")


def warn_of_seen_photos(start: Path, data: Path) -> None:
    """Say so if a training starts from the pretrained captioner, and dev photos have
    names as Flickr8k's or those of COCO's val2014.

    On photos of Flickr8k's official dev and test splits, which it has not learned from,
    nothing is said.
    """
    info = DatasetInfo.load(data)
    if start.resolve() != pretrained.RUN.resolve() or info.kind != "captions":
        return
    if info.name == "flickr8k" and info.notes.get("split") == "official":
        return
    names = load_captions(data, "dev").image_ids
    alike = sum(bool(_NAME.fullmatch(name)) for name in names)
    if 2 * alike > len(names):
        say(
            f"{alike} of the {len(names)} dev photos of {data} are named as Flickr8k's "
            "or COCO's. The pretrained captioner has learned from Flickr8k's training "
            "photos and 975 of COCO's val2014: if these are among them, the scores on "
            "dev and test are too high."
        )
