"""COCO captions (Chen et al. 2015), the 2014 photos in Karpathy's splits.

Expects ``dataset_coco.json`` and the folders ``train2014`` and ``val2014`` at any level
of the source: 113,287/5,000/5,000 photos, five captions each.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import RawExample, Skipped
from data_prep.readers.karpathy_splits import read_karpathy

KIND = "captions"
NEEDS_SOURCE = True


def read(source: Path, skipped: Skipped) -> Iterator[RawExample]:
    """Yield the photos of train, dev and test; see `readers.karpathy_splits`."""
    return read_karpathy(source, "dataset_coco.json", skipped)
