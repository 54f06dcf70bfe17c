"""Captions of all pictures of a prepared split: read, decoded and encoded anew.

`Captions.caption_split` does it from cached features, for runs only.
"""

import itertools
from pathlib import Path

from captioning.inference.engine import Engine
from data_prep.console import progress
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.records import read_shards

BATCH_SIZE = 16  # pictures captioned at once; as `inference.picture_batches` has it


def caption_split(engine: Engine, data: Path, split: str) -> dict[str, str]:
    """Return the best caption of each picture of a split, by image id.

    Args:
        engine: what captions.
        data: a prepared data set.
        split: "train", "dev" or "test".
    """
    captions = {}
    records = read_shards(data, split).as_numpy_iterator()
    total = DatasetInfo.load(data).splits[split].examples
    with progress(total=total, label=f"captions of {split}", unit="pictures") as bar:
        while batch := list(itertools.islice(records, BATCH_SIZE)):
            found = engine.caption([record["image"] for record in batch])
            for record, (best, *_) in zip(batch, found, strict=True):
                captions[record["image_id"].decode("utf-8")] = best.caption
            bar.update(len(batch))
    return captions
