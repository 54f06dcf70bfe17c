"""Splits by hash, for data sets that come without an official split."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from data_prep.examples import SPLITS

_Item = TypeVar("_Item")


def split_by_hash(key: str, train: float, dev: float) -> str:
    """Return the split of an example, of given shares; the rest is test.

    The sha256 of the key, e.g. the name of a picture, decides. So adding or removing
    examples moves no other example from one split to another.
    """
    digest = hashlib.sha256(key.encode("utf-8")).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64
    if point < train:
        return "train"
    return "dev" if point < train + dev else "test"


def group_by_hash(
    items: Iterable[_Item], key: Callable[[_Item], str], train: float, dev: float
) -> dict[str, list[_Item]]:
    """Return "train", "dev" and "test" -> the items whose keys `split_by_hash` puts
    there, in their order."""
    splits: dict[str, list[_Item]] = {split: [] for split in SPLITS}
    for item in items:
        splits[split_by_hash(key(item), train, dev)].append(item)
    return splits
