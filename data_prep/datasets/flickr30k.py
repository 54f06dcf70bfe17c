"""Flickr30k (Young et al. 2014): photos with five captions each, in Karpathy's splits.

Expects ``dataset_flickr30k.json`` and the folder of photos at any level of the source:
29,000/1,014/1,000 photos. It contains Flickr8k, split differently: do not test on one
what was trained on the other.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import RawExample, Skipped
from data_prep.readers.karpathy_splits import read_karpathy

KIND = "captions"
NEEDS_SOURCE = True


def read(source: Path, skipped: Skipped) -> Iterator[RawExample]:
    """Yield the photos of train, dev and test; see `readers.karpathy_splits`."""
    return read_karpathy(source, "dataset_flickr30k.json", skipped)
