"""Captions of all pictures of a prepared split: read, decoded and encoded anew.

`Captions.caption_split` does it from cached features, for runs only.
"""

import itertools
from pathlib import Path

from captioning.inference.engine import Engine
from data_prep.console import progress
from data_prep.errors import BadInput, printable
from data_prep.pictures.reader import BadPicture
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.records import read_pictures

BATCH_SIZE = 16  # pictures captioned at once; as `inference.picture_batches` has it


def caption_split(engine: Engine, data: Path, split: str) -> dict[str, str]:
    """Return the best caption of each picture of a split, by image id.

    Args:
        engine: what captions.
        data: a prepared data set.
        split: "train", "dev" or "test".

    Raises:
        BadInput: a record of the data set is damaged, or its picture is none.
    """
    captions = {}
    pictures = read_pictures(data, split)
    total = DatasetInfo.load(data).splits[split].examples
    with progress(total=total, label=f"captions of {split}", unit="pictures") as bar:
        while batch := list(itertools.islice(pictures, BATCH_SIZE)):
            try:
                found = engine.caption([picture for _, picture in batch])
            except BadPicture as error:
                first, last = batch[0][0], batch[-1][0]
                raise BadInput(
                    f"a picture of {data}, from {printable(first)} to "
                    f"{printable(last)}, {error} Prepare the data set again."
                ) from error
            for (image_id, _), (best, *_) in zip(batch, found, strict=True):
                captions[image_id] = best.caption
            bar.update(len(batch))
    return captions
