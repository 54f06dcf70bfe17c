"""Batches to train on: pictures and their captions, or pictures and their targets."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.iterators import without_autotuning
from data_prep.text.vocabulary import Vocabulary

BLOCK = 8192  # captions split into words at a time: as strings they take much memory


class Batch(NamedTuple):
    """What a training step is fed."""

    inputs: tf.Tensor  # (images, ...), regions or pixels, each picture once
    token_ids: tf.Tensor  # int32 (captions, time), START first, END, then padding
    caption_to_image: tf.Tensor  # int32 (captions,), which row of `inputs` it is about
    image_numbers: tf.Tensor  # int32 (images,), the place of each in its split


def tokenized(
    captions: list[tuple[str, ...]], vocabulary: Vocabulary, max_length: int
) -> tf.RaggedTensor:
    """Return int32 ids ``(images, (captions), (time))``, START first, END last.

    A caption of more than `max_length` words, END among them, is cut there and has
    no END: the model is not taught to stop where people went on.
    """
    texts = [text for texts in captions for text in texts]
    blocks = [
        vocabulary.encode(tf.constant(texts[k : k + BLOCK], tf.string))[
            :, : max_length + 1
        ]
        for k in range(0, max(1, len(texts)), BLOCK)
    ]
    token_ids = tf.concat(blocks, axis=0)
    return tf.RaggedTensor.from_row_lengths(token_ids, [len(c) for c in captions])


def training_batches(
    copies: Sequence[np.ndarray],
    token_ids: tf.RaggedTensor,
    *,
    images_per_batch: int,
    seed: int,
    epoch: int,
    captions_per_image: int = 0,
    share: Share = WHOLE,
) -> tf.data.Dataset:
    """Return one epoch of `Batch`es: every picture once, with its captions.

    The order follows from seed and epoch (from 0) alone, so a resumed training sees
    what an uninterrupted one would have seen.

    Args:
        copies: each ``(images, ...)``, from `features.cached_copies`; every picture is
            taken from one of them, drawn anew every epoch.
        token_ids: int32 ``(images, (captions), (time))``, from `tokenized`.
        images_per_batch: the last batch of an epoch is smaller.
        captions_per_image: so many of each picture's, drawn anew every epoch; 0: all.
        share: a worker's, of the pictures of each batch.
    """
    generator = np.random.default_rng((seed, epoch))
    pictures = _pictures(copies, images_per_batch, generator, share)
    if captions_per_image:
        token_ids = _drawn(token_ids, captions_per_image, generator)

    @tf.autograph.experimental.do_not_convert
    def batch(chosen, inputs):
        captions = tf.gather(token_ids, chosen)
        return Batch(
            inputs=inputs,
            token_ids=captions.values.to_tensor(),  # PAD is 0
            caption_to_image=tf.cast(captions.value_rowids(), tf.int32),
            image_numbers=tf.cast(chosen, tf.int32),
        )

    return without_autotuning(pictures.map(batch).prefetch(2))


def training_rows(
    copies: Sequence[np.ndarray],
    targets: np.ndarray,
    *,
    images_per_batch: int,
    seed: int,
    epoch: int,
    share: Share = WHOLE,
) -> tf.data.Dataset:
    """Return one epoch of (inputs ``(images, ...)``, targets ``(images, ...)``), every
    picture once; order and arguments as in `training_batches`."""
    generator = np.random.default_rng((seed, epoch))
    pictures = _pictures(copies, images_per_batch, generator, share)

    @tf.autograph.experimental.do_not_convert
    def batch(chosen, inputs):
        return inputs, tf.gather(targets, chosen)

    return without_autotuning(pictures.map(batch).prefetch(2))


def _pictures(copies, images_per_batch, generator, share) -> tf.data.Dataset:
    """Return batches of an epoch, or a share of each: places of pictures, and their
    rows ``(batch, ...)`` of arrays that may be larger than the memory."""
    like = copies[0]
    order = generator.permutation(len(like))
    copy_of_each = generator.integers(len(copies), size=len(like))

    def read(chosen, copy_of):
        block = np.empty((len(chosen), *like.shape[1:]), like.dtype)
        for number, rows in enumerate(copies):
            block[copy_of == number] = rows[chosen[copy_of == number]]
        return block

    @tf.autograph.experimental.do_not_convert
    def with_rows(chosen, copy_of):
        chosen, copy_of = share.of(chosen), share.of(copy_of)
        block = tf.numpy_function(read, (chosen, copy_of), like.dtype)
        return chosen, tf.ensure_shape(block, (None, *like.shape[1:]))

    numbers = tf.data.Dataset.from_tensor_slices((order, copy_of_each))
    return numbers.batch(images_per_batch).map(with_rows)


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
