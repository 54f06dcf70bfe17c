"""The pictures of a prepared data set on disk: the schema of their TFRecords.

DATA/dataset.json                what it is, where from, the sha256 of all the rest
DATA/vocabulary.txt              see `data_prep.text.vocabulary`
DATA/{train,dev,test}.jsonl      the captions, see `data_prep.prepared.captions`
DATA/SPLIT-00000.tfrecord ...    one `tf.train.Example` a picture, two features:

image_id   bytes (1,)   UTF-8, unique: the picture's name in its data set
image      bytes (1,)   encoded, as `data_prep.pictures.decode.decode_picture` reads it
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import tensorflow as tf

from data_prep.errors import BadInput, printable
from data_prep.examples import RawExample
from data_prep.prepared.checksums import check_size, file_sha256
from data_prep.prepared.dataset_info import FileInfo, load_split
from data_prep.prepared.iterators import without_autotuning

_SCHEMA = {
    "image_id": tf.io.FixedLenFeature([], tf.string),
    "image": tf.io.FixedLenFeature([], tf.string),
}

_DAMAGE = (tf.errors.DataLossError, tf.errors.InvalidArgumentError)


def write_shards(
    examples: Iterable[RawExample], directory: Path, split: str, images_per_shard: int
) -> list[FileInfo]:
    """Write the pictures (bytes) of a split; only one at a time is in memory.

    Each shard gets its name once it is complete. The last one may have fewer pictures.

    Raises:
        BadInput: the disk is full.
    """
    examples, shards = iter(examples), []
    for first in examples:
        file = f"{split}-{len(shards):05d}.tfrecord"
        shard = chain([first], islice(examples, images_per_shard - 1))
        shards.append(_write_shard(shard, Path(directory) / file))
    return shards


def _write_shard(examples, path):
    partial = path.with_suffix(".partial")
    images = 0
    try:
        with tf.io.TFRecordWriter(str(partial)) as writer:
            for example in examples:
                writer.write(_serialize(example))
                images += 1
    except tf.errors.OpError as error:
        raise BadInput(
            f"{path} cannot be written ({error.message}); expected room on the disk: "
            "free some, or choose another --out."
        ) from error
    sha256 = file_sha256(partial)
    os.replace(partial, path)
    return FileInfo(path.name, images, 0, path.stat().st_size, sha256)


def _serialize(example):
    values = {"image_id": example.image_id.encode("utf-8"), "image": example.image}
    features = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for name, value in values.items()
    }
    record = tf.train.Example(features=tf.train.Features(feature=features))
    return record.SerializeToString(deterministic=True)  # same input, same bytes


def read_shards(directory: Path, split: str) -> tf.data.Dataset:
    """Read the pictures of a split, in the order in which they were written.

    Returns:
        A data set of dicts: strings `image_id` ``()`` and `image` ``()``.

    Raises:
        BadInput: there are no pictures or no such split, or a shard is missing or has
            another size. Other damage shows while reading; see `damage_is_bad_input`,
            or call `checksums.verify_shards` before.
    """
    directory = Path(directory)
    _, facts = load_split(directory, split, "captions")
    for shard in facts.shards:
        check_size(directory, shard)
    records = tf.data.TFRecordDataset([str(directory / s.file) for s in facts.shards])
    return without_autotuning(records.map(_parsed))


# Converted, it would be written to a temporary file, which stays after a kill.
@tf.autograph.experimental.do_not_convert
def _parsed(record: tf.Tensor) -> dict[str, tf.Tensor]:
    return tf.io.parse_single_example(record, _SCHEMA)


@contextlib.contextmanager
def damage_is_bad_input(directory: Path) -> Iterator[None]:
    """While a split is read in this block, what is wrong with its records becomes
    `BadInput`: damage, a feature that is missing, a picture that cannot be decoded."""
    try:
        yield
    except (*_DAMAGE, UnicodeDecodeError) as error:  # of TensorFlow's message itself
        # Without the names of nodes and operations, in braces and brackets.
        reason = re.sub(r"\{\{.*?\}\} *| *\[.*", "", str(error))
        raise BadInput(
            f"a record of a shard in {directory} is damaged or something else "
            f"({printable(reason, 200)}); expected it as it was written: prepare the "
            "data set again."
        ) from error


def read_pictures(directory: Path, split: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the encoded picture of each record of a split.

    Raises:
        BadInput: as of `read_shards`, or a record is damaged or something else.
    """
    with damage_is_bad_input(directory):
        for record in read_shards(directory, split).as_numpy_iterator():
            yield record["image_id"].decode("utf-8", "replace"), record["image"]
