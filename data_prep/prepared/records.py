"""A prepared data set on disk: the schema of its TFRecords, written once, here.

DATA/dataset.json                what it is, where from, the sha256 of all the rest
DATA/vocabulary.txt              see `data_prep.text.vocabulary`
DATA/SPLIT-00000.tfrecord ...    one `tf.train.Example` a picture, four features:

image_id   bytes (1,)   UTF-8, unique: the picture's name in its data set
image      bytes (1,)   encoded, as `data_prep.pictures.decode.decode` reads it
captions   bytes (K,)   UTF-8, as people wrote them, K >= 1
scene      bytes (1,)   UTF-8, JSON of the harbour's scene; empty elsewhere
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import (
    DatasetInfo,
    ShardInfo,
    check_size,
    file_sha256,
    shards_of,
)
from data_prep.prepared.iterators import without_autotuning

_SCHEMA = {
    "image_id": tf.io.FixedLenFeature([], tf.string),
    "image": tf.io.FixedLenFeature([], tf.string),
    "captions": tf.io.RaggedFeature(tf.string),
    "scene": tf.io.FixedLenFeature([], tf.string),
}


class Record(NamedTuple):
    """One picture with its captions."""

    image_id: str
    image: bytes
    captions: tuple[str, ...]
    scene: str = ""


def write_shards(
    records: Iterable[Record], directory: Path, split: str, images_per_shard: int
) -> list[ShardInfo]:
    """Write a split; each shard gets its name once it is complete.

    Args:
        records: taken one by one; only one is in memory at a time.
        directory: exists.
        split: begins the files' names.
        images_per_shard: at least 1; the last shard may have fewer.

    Raises:
        BadInput: the disk is full.
    """
    records, shards = iter(records), []
    for first in records:
        file = f"{split}-{len(shards):05d}.tfrecord"
        shard = chain([first], islice(records, images_per_shard - 1))
        shards.append(_write_shard(shard, Path(directory) / file))
    return shards


def _write_shard(records, path):
    partial = path.with_suffix(".partial")
    images = captions = 0
    try:
        with tf.io.TFRecordWriter(str(partial)) as writer:
            for record in records:
                writer.write(_serialize(record))
                images += 1
                captions += len(record.captions)
    except tf.errors.OpError as error:
        raise BadInput(
            f"{path} cannot be written ({error.message}); expected room on the disk: "
            "free some, or choose another --out."
        ) from error
    sha256 = file_sha256(partial)
    os.replace(partial, path)
    return ShardInfo(path.name, images, captions, path.stat().st_size, sha256)


def _serialize(record):
    values = {
        "image_id": [record.image_id.encode("utf-8")],
        "image": [record.image],
        "captions": [caption.encode("utf-8") for caption in record.captions],
        "scene": [record.scene.encode("utf-8")],
    }
    features = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=value))
        for name, value in values.items()
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)  # same input, same bytes


def read_shards(directory: Path, split: str) -> tf.data.Dataset:
    """Read a split, in the order in which it was written.

    Returns:
        A data set of dicts: strings `image_id` ``()``, `image` ``()``, `captions`
        ``(K,)`` and `scene` ``()``.

    Raises:
        BadInput: there is no such split, or a shard is missing or has another size.
            Damage in a shard of the right size shows while reading, as `DataLossError`;
            see `damage_is_bad_input`, or call `dataset_info.verify` before.
    """
    directory = Path(directory)
    shards = shards_of(DatasetInfo.load(directory), split)
    for shard in shards:
        check_size(directory, shard)
    files = [str(directory / shard.file) for shard in shards]
    return without_autotuning(
        tf.data.TFRecordDataset(files).map(
            lambda serialized: tf.io.parse_single_example(serialized, _SCHEMA)
        )
    )


@contextlib.contextmanager
def damage_is_bad_input(directory: Path) -> Iterator[None]:
    """While a split is read in this block, a `DataLossError` becomes `BadInput`."""
    try:
        yield
    except tf.errors.DataLossError as error:
        raise BadInput(
            f"a shard in {directory} is damaged ({error.message}); expected it as it "
            "was written: prepare the data set again."
        ) from error
