"""Cached inputs: what a model is fed of each picture, computed once and kept on disk.

    DATA/features/NAME/SPLIT.npy     one row a picture, in the order of the shards
    DATA/features/NAME/SPLIT-view1.npy ...  the same in the other `views`
    DATA/features/NAME/SPLIT.json    what made it: written last, compared at each use

NAME is that of the encoder whose regions these are, or `pixels-SIZE`, the squeezed
pictures themselves, for an encoder that is still learning. A cache that some other
encoder or other pictures made is made anew, never used. One whose making was stopped
is gone on with (`data_prep.pipeline.resumable_array`).
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from data_prep.atomic import write_text
from data_prep.errors import BadInput
from data_prep.pictures.decode import load_picture
from data_prep.pipeline.augmentation import look
from data_prep.pipeline.resumable_array import ResumableArray
from data_prep.prepared.dataset_info import DatasetInfo, examples_digest
from data_prep.prepared.iterators import without_autotuning
from data_prep.prepared.records import damage_is_bad_input, read_shards

KEEP = 50  # batches between two notes of how far it is: some 20 s of an encoder
BATCH_SIZE = 32  # photos a call; more is no faster on a CPU and takes more memory
FORMAT = 2  # raised when the layout of the cache, or how pictures are fed, changes


class Features(NamedTuple):
    """How rows are made from pictures.

    Attributes:
        name: the folder's name.
        fingerprint: changes whenever the same picture would give another row.
        load: returns the function that makes rows ``(batch, ...)`` of pixels float32
            ``(batch, size, size, 3)`` in 0..255. Called only if rows must be made, for
            it may have an encoder to load.
        image_size: pixels a side.
        dtype: what the rows are stored as.
    """

    name: str
    fingerprint: str
    load: Callable[[], Callable[[tf.Tensor], tf.Tensor]]
    image_size: int
    dtype: str


def pixels(image_size: int) -> Features:
    """Return the features of a model that learns from the pictures themselves."""
    return Features(
        f"pixels-{image_size}", "rounded", lambda: tf.round, image_size, dtype="uint8"
    )


def cached(
    directory: Path, split: str, features: Features, *, view: int = 0
) -> np.ndarray:
    """Return the rows of a split ``(images, ...)``, memory-mapped, read-only.

    Args:
        directory: a prepared data set; `dataset_info.verify` has found it whole.
        split: "train", "dev" or "test".
        features: how rows are made, should they not be there.
        view: of the pictures seen so, by its number in `views`.

    Raises:
        BadInput: the rows must be made, and a shard is damaged, or the disk is full or
            cannot be written to.
    """
    info = DatasetInfo.load(directory)
    folder = directory / "features" / features.name
    stem = f"{split}-view{view}" if view else split
    rows_file, made_by_file = folder / f"{stem}.npy", folder / f"{stem}.json"
    made_by = {
        "format": FORMAT,
        "features": features.name,
        "fingerprint": features.fingerprint,
        "images": examples_digest(info, split),
        "view": view,
    }
    rows = _read(rows_file, made_by_file, made_by, info.splits[split].examples)
    if rows is None:
        with _unwritable_is_bad_input(rows_file):
            folder.mkdir(parents=True, exist_ok=True)
            made_by_file.unlink(missing_ok=True)
            rows = ResumableArray(rows_file, made_by)
        with rows.kept_if_stopped():
            _compute(directory, split, features, view, rows)
            rows.take_place()
        with _unwritable_is_bad_input(made_by_file):
            write_text(made_by_file, json.dumps(made_by, indent=2) + "\n")
        rows = np.load(rows_file, mmap_mode="r")
    return rows


@contextlib.contextmanager
def _unwritable_is_bad_input(file: Path) -> Iterator[None]:
    """In this block, in which a file is written, an `OSError` becomes `BadInput`."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"{file} cannot be written ({error.strerror}); expected to keep there what "
            "is made of the pictures: free some room on the disk, or see to it that "
            "the folder can be written to."
        ) from error


def _read(rows_file, made_by_file, made_by, num_images):
    """Return the rows if they are what is asked for and whole, else None."""
    try:
        if json.loads(made_by_file.read_text("utf-8")) != made_by:
            return None
        rows = np.load(rows_file, mmap_mode="r")  # refuses a truncated file
    except (OSError, ValueError, EOFError):  # EOFError: of a file with nothing in it
        return None
    return rows if len(rows) == num_images else None


def _compute(directory, split, features, view, rows: ResumableArray):
    info: DatasetInfo = DatasetInfo.load(directory)
    num_images = info.splits[split].examples
    label = f"{features.name} of {split}" + (f", view {view}" if view else "")
    with (
        damage_is_bad_input(directory),
        tqdm(
            total=num_images, initial=rows.done, desc=label, unit=" images"
        ) as progress,
    ):
        records = read_shards(directory, split).skip(rows.done)
        blocks = blocks_of_rows(records, features, view=view, first=rows.done)
        for number, block in enumerate(blocks, start=1):
            if rows.rows is None:
                rows.reserve((num_images, *block.shape[1:]), features.dtype)
            rows.add(block)
            progress.update(len(block))
            if number % KEEP == 0:
                rows.keep()


def blocks_of_rows(
    records: tf.data.Dataset, features: Features, *, view: int = 0, first: int = 0
) -> Iterator[np.ndarray]:
    """Yield the rows of pictures, some at a time, ``(BATCH_SIZE or fewer, ...)``.

    The next pictures are decoded while rows are made of those before.

    Args:
        records: from `read_shards`.
        features: how rows are made.
        view: of the pictures seen so, by its number in `views`.
        first: the place of the first record in its split.
    """
    size = features.image_size
    pictures = records.map(
        lambda record: load_picture(record["image"], size),
        num_parallel_calls=os.cpu_count() or 1,
    )
    make = features.load()
    compute = tf.function(
        lambda pixels: tf.cast(make(pixels), features.dtype),
        autograph=False,
        input_signature=[tf.TensorSpec((None, size, size, 3), tf.float32)],
    )
    # One batch ahead, and no thread that tunes: both would only disturb the encoder.
    batches = without_autotuning(pictures.batch(BATCH_SIZE).prefetch(1))
    for number, batch in enumerate(batches):
        yield compute(look(batch, view, first + number * BATCH_SIZE)).numpy()
