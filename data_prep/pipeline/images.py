"""The input pipeline: a prepared split -> batches of pictures and their captions."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from data_prep.prepared.dataset_info import DatasetInfo, check_kind, verify
from data_prep.prepared.iterators import without_autotuning
from data_prep.prepared.records import damage_is_bad_input, read_shards
from data_prep.text.vocabulary import Vocabulary


class Split(NamedTuple):
    """The words of a split, all in memory: pictures are many, captions are small.

    Attributes:
        image_ids: one a picture, in the order of the shards.
        captions: of each picture, as people wrote them.
        scenes: of each picture its semantic record as JSON; "" where there is none.
    """

    image_ids: list[str]
    captions: list[tuple[str, ...]]
    scenes: list[str]


class Batch(NamedTuple):
    """What a training step is fed.

    Attributes:
        inputs: ``(images, ...)``, regions or pixels, each picture once.
        token_ids: int32 ``(captions, time)``, START first, END, then padding.
        caption_to_image: int32 ``(captions,)``, which row of `inputs` it is about.
        image_numbers: int32 ``(images,)``, the place of each picture in its split.
    """

    inputs: tf.Tensor
    token_ids: tf.Tensor
    caption_to_image: tf.Tensor
    image_numbers: tf.Tensor


def load_split(directory: Path, split: str) -> Split:
    """Read the words of a split, once its shards are found whole.

    Raises:
        BadInput: the data set is not one of captions, or a shard is missing, truncated
            or altered.
    """
    info = DatasetInfo.load(directory)
    check_kind(directory, info, "captions")
    verify(directory, info, split)
    image_ids, captions, scenes = [], [], []
    with damage_is_bad_input(directory):
        for record in read_shards(directory, split).as_numpy_iterator():
            image_ids.append(record["image_id"].decode("utf-8"))
            captions.append(tuple(text.decode("utf-8") for text in record["captions"]))
            scenes.append(record["scene"].decode("utf-8"))
    return Split(image_ids, captions, scenes)


def tokenized(
    captions: list[tuple[str, ...]], vocabulary: Vocabulary, max_length: int
) -> tf.RaggedTensor:
    """Return int32 ids ``(images, (captions), (time))``, START first, END last.

    A caption of more than `max_length` words, END among them, is cut there and has
    no END: the model is not taught to stop where people went on.
    """
    texts = tf.constant([text for texts in captions for text in texts])
    token_ids = vocabulary.encode(texts)[:, : max_length + 1]
    return tf.RaggedTensor.from_row_lengths(token_ids, [len(c) for c in captions])


def training_batches(
    views: Sequence[np.ndarray],
    token_ids: tf.RaggedTensor,
    *,
    images_per_batch: int,
    seed: int,
    epoch: int,
    captions_per_image: int = 0,
) -> tf.data.Dataset:
    """Return one epoch of `Batch`es: every picture once, with its captions.

    The order follows from seed and epoch alone, so a resumed training sees what an
    uninterrupted one would have seen.

    Args:
        views: each ``(images, ...)``, from `features.cached`; every picture is taken
            from one of them, drawn anew every epoch.
        token_ids: int32 ``(images, (captions), (time))``, from `tokenized`.
        images_per_batch: pictures a batch; the last batch of an epoch is smaller.
        seed: of the order.
        epoch: from 0.
        captions_per_image: so many of each picture's captions, drawn anew every epoch;
            0 takes all.
    """
    generator = np.random.default_rng((seed, epoch))
    order, seen = _order(views, generator)
    if captions_per_image:
        token_ids = _drawn(token_ids, captions_per_image, generator)

    def batch(chosen, seen):
        captions = tf.gather(token_ids, chosen)
        return Batch(
            inputs=_rows(views, chosen, seen),
            token_ids=captions.values.to_tensor(),  # PAD is 0
            caption_to_image=tf.cast(captions.value_rowids(), tf.int32),
            image_numbers=tf.cast(chosen, tf.int32),
        )

    return _batched(order, seen, images_per_batch, batch)


def training_rows(
    views: Sequence[np.ndarray],
    targets: np.ndarray,
    *,
    images_per_batch: int,
    seed: int,
    epoch: int,
) -> tf.data.Dataset:
    """Return one epoch of (inputs ``(images, ...)``, targets ``(images, ...)``), every
    picture once; order and arguments as in `training_batches`."""
    generator = np.random.default_rng((seed, epoch))
    order, seen = _order(views, generator)

    def batch(chosen, seen):
        return _rows(views, chosen, seen), tf.gather(targets, chosen)

    return _batched(order, seen, images_per_batch, batch)


def _order(views, generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures of an epoch in their order, and the view of each."""
    count = len(views[0])
    return generator.permutation(count), generator.integers(len(views), size=count)


def _rows(views, chosen, seen) -> tf.Tensor:
    """Take rows ``(batch, ...)`` of arrays that may be larger than the memory."""
    like = views[0]

    def read(chosen, seen):
        block = np.empty((len(chosen), *like.shape[1:]), like.dtype)
        for number, rows in enumerate(views):
            block[seen == number] = rows[chosen[seen == number]]
        return block

    block = tf.numpy_function(read, (chosen, seen), like.dtype)
    return tf.ensure_shape(block, (None, *like.shape[1:]))


def _batched(order, seen, images_per_batch, batch) -> tf.data.Dataset:
    return without_autotuning(
        tf.data.Dataset.from_tensor_slices((order, seen))
        .batch(images_per_batch)
        .map(batch, num_parallel_calls=1, deterministic=True)
        .prefetch(2)
    )


def _drawn(token_ids, captions_per_image, generator) -> tf.RaggedTensor:
    """Keep at most so many captions of each picture."""
    splits = token_ids.row_splits.numpy()
    kept = [
        first + generator.permutation(end - first)[:captions_per_image]
        for first, end in zip(splits[:-1], splits[1:], strict=True)
    ]
    return tf.RaggedTensor.from_row_lengths(
        tf.gather(token_ids.values, np.concatenate(kept)), [len(few) for few in kept]
    )
