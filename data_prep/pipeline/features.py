"""The feature cache: what a model is fed of each picture, computed once, kept on disk.

    DATA/features/NAME/SPLIT.npy     one row a picture, in the order of the records
    DATA/features/NAME/SPLIT-copy1.npy ...  the same of `augmentation`'s other copies
    DATA/features/NAME/SPLIT.json    what made it: written last, compared at each use

A row is what an encoder makes of a picture, or the picture's pixels, resized, where the
encoder is still learning; NAME is that of the encoder, or `pixels-SIZE`. A cache that
was made by another encoder, of other pictures or by another augmentation is made anew.
One whose making was stopped is continued (`data_prep.pipeline.resumable_array`).
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from data_prep.atomic import write_text
from data_prep.console import progress
from data_prep.errors import BadInput
from data_prep.pictures.decode import picture_loader
from data_prep.pipeline import augmentation
from data_prep.pipeline.augmentation import augment
from data_prep.pipeline.resumable_array import ResumableArray, kept_if_stopped
from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import verify_shards
from data_prep.prepared.dataset_info import DatasetInfo, pictures_digest
from data_prep.prepared.iterators import without_autotuning
from data_prep.prepared.records import damage_is_bad_input, read_shards

KEEP = 50  # batches between two notes of how many rows there are: 20 s of an encoder
BATCH_SIZE = 32  # photos a call; more is no faster on a CPU and takes more memory
FORMAT = 2  # raised when the layout of the cache, or how pictures are fed, changes


class Features(NamedTuple):
    """How rows are made from pictures.

    ``load``, called only if rows must be made, returns the function that makes rows
    ``(batch, ...)`` of pixels float32 ``(batch, size, size, 3)`` in 0..255.
    """

    name: str  # the folder's
    fingerprint: str  # changes whenever the same picture would give another row
    load: Callable[[], Callable[[tf.Tensor], tf.Tensor]]
    image_size: int  # pixels a side
    dtype: str  # what the rows are stored as


def pixels(image_size: int) -> Features:
    """Return the features of a model that learns from the pictures themselves."""
    return Features(
        f"pixels-{image_size}", "rounded", lambda: tf.round, image_size, dtype="uint8"
    )


class _Copy:
    """One copy of a split's pictures in the cache; its number is `augmentation`'s."""

    def __init__(self, folder, split, features, digest, number):
        stem = f"{split}-copy{number}" if number else split
        self.number = number
        self.rows_file = folder / f"{stem}.npy"
        self.made_by_file = folder / f"{stem}.json"
        self.made_by = {
            "format": FORMAT,
            "features": features.name,
            "fingerprint": features.fingerprint,
            "images": digest,
            "copy": number,
        }
        if number:  # else no augmentation made it
            self.made_by["augmentation"] = augmentation.VERSION

    def read(self, num_images: int) -> np.ndarray | None:
        """Return its rows if they are what is asked for and whole, else None."""
        try:
            if json.loads(self.made_by_file.read_text("utf-8")) != self.made_by:
                return None
            rows = np.load(self.rows_file, mmap_mode="r")  # refuses a truncated file
        except (OSError, ValueError, EOFError):  # EOFError: the file is empty
            return None
        return rows if len(rows) == num_images else None


def cached(directory: Path, split: str, features: Features) -> np.ndarray:
    """Return the rows of a split's pictures as they are: `cached_copies` of one."""
    return cached_copies(directory, split, features, 1)[0]


def cached_copies(
    directory: Path, split: str, features: Features, count: int
) -> list[np.ndarray]:
    """Return the rows of a split's pictures and of their altered copies.

    Rows that are not there are made, all copies at once: the encoder is loaded once,
    and each picture is read, checked and decoded once.

    Returns:
        Of each of `count` copies (see `augmentation`; the first are the pictures as
        they are) its rows ``(images, ...)``, memory-mapped, read-only.

    Raises:
        BadInput: rows must be made, and a shard is missing or altered, or of other
            pictures than the captions, or the disk is full or cannot be written to.
    """
    info = DatasetInfo.load(directory)
    digest = pictures_digest(info, split)
    folder = directory / "features" / features.name
    copies = [_Copy(folder, split, features, digest, k) for k in range(count)]
    num_images = info.splits[split].examples
    rows = [copy.read(num_images) for copy in copies]
    missing = [copy for copy in copies if rows[copy.number] is None]
    if missing:
        verify_shards(directory, info, split)
        made = _make(directory, split, features, missing)
        for copy, its_rows in zip(missing, made, strict=True):
            rows[copy.number] = its_rows
    return rows


def _make(directory, split, features, copies: list[_Copy]) -> list[np.ndarray]:
    arrays = []
    for copy in copies:
        with _unwritable_is_bad_input(copy.rows_file):
            copy.rows_file.parent.mkdir(parents=True, exist_ok=True)
            copy.made_by_file.unlink(missing_ok=True)
            arrays.append(ResumableArray(copy.rows_file, copy.made_by))
    with kept_if_stopped(arrays):
        _compute(directory, split, features, [copy.number for copy in copies], arrays)
        rows = [array.take_place() for array in arrays]
    for copy in copies:
        with _unwritable_is_bad_input(copy.made_by_file):
            write_text(copy.made_by_file, json.dumps(copy.made_by, indent=2) + "\n")
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


def _compute(directory, split, features, copies, arrays: list[ResumableArray]):
    image_ids = load_captions(directory, split).image_ids
    # Copies whose making was stopped at different places go on from the first of them.
    done = min(array.done for array in arrays)
    for array in arrays:
        array.done = done
    label = f"{features.name} of {split}"
    if len(copies) > 1:
        label += f", {len(copies)} views of each"
    with (
        damage_is_bad_input(directory),
        progress(total=len(image_ids), done=done, label=label, unit="pictures") as bar,
    ):
        records = read_shards(directory, split).skip(done)
        blocks = blocks_of_rows(records, features, copies=copies, first=done)
        for number, (found, rows_of_copies) in enumerate(blocks, start=1):
            _check_same_pictures(directory, split, image_ids, found, arrays[0].done)
            for array, rows in zip(arrays, rows_of_copies, strict=True):
                if array.rows is None:
                    array.reserve((len(image_ids), *rows.shape[1:]), features.dtype)
                array.add(rows)
            bar.update(len(found))
            if number % KEEP == 0:
                for array in arrays:
                    array.keep()


def _check_same_pictures(directory, split, image_ids, found: np.ndarray, first: int):
    """Raise BadInput unless records `first`, `first + 1`, ... of a split are of the
    pictures that its captions are about."""
    names = (name.decode("utf-8", "replace") for name in found)
    for place, name in enumerate(names, start=first):
        if name != image_ids[place]:
            raise BadInput(
                f"the pictures and the captions of {split} in {directory} do not "
                f"belong together (number {place} is {name} among the pictures, "
                f"{image_ids[place]} among the captions); expected the same pictures "
                "in the same order: prepare the data set again."
            )


def blocks_of_rows(
    records: tf.data.Dataset,
    features: Features,
    *,
    copies: Sequence[int] = (0,),
    first: int = 0,
) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """Yield the rows of pictures, `BATCH_SIZE` or fewer pictures at a time.

    The next pictures are decoded while rows are made of those before.

    Args:
        records: from `read_shards`.
        features: how rows are made.
        copies: their numbers, see `augmentation`.
        first: the place of the first record in its split.

    Yields:
        Ids, bytes ``(pictures,)``, and of each copy its rows ``(pictures, ...)``.
    """
    size = features.image_size
    load_picture = picture_loader(size)

    @tf.autograph.experimental.do_not_convert
    def loaded(record):
        return record["image_id"], load_picture(record["image"])

    pictures = records.map(loaded, num_parallel_calls=os.cpu_count() or 1)
    make = features.load()
    compute = tf.function(
        lambda pixels: tf.cast(make(pixels), features.dtype),
        autograph=False,
        input_signature=[tf.TensorSpec((None, size, size, 3), tf.float32)],
    )
    # One batch ahead, and no thread that tunes: both would only disturb the encoder.
    batches = without_autotuning(pictures.batch(BATCH_SIZE).prefetch(1))
    for number, (image_ids, pixels) in enumerate(batches):
        place = first + number * BATCH_SIZE
        rows = [compute(augment(pixels, copy, place)).numpy() for copy in copies]
        yield image_ids.numpy(), rows
