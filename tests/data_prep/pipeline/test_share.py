"""Shares: what several workers read of a batch is the batch, each row once."""

import numpy as np
import pytest
import tensorflow as tf

from data_prep.pipeline.image_batches import training_batches, training_rows
from data_prep.pipeline.sentence_batches import dataset_by_length
from data_prep.pipeline.share import Share

ROWS = np.arange(13, dtype=np.float32)[:, None]  # batches of 5, 5 and 3
TOKENS = tf.RaggedTensor.from_row_lengths(tf.range(1, 26), np.tile([1, 3], 7)[:13])
CAPTIONS = tf.RaggedTensor.from_row_lengths(TOKENS, [1] * 13)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("number", [3, 4, 13])
def test_each_row_is_in_one_share(count, number):
    rows = tf.range(number)
    shares = [Share(index, count).of(rows).numpy() for index in range(count)]
    np.testing.assert_array_equal(np.concatenate(shares), rows)
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1


def test_all_workers_take_all_of_too_few_rows():
    for index in range(4):
        np.testing.assert_array_equal(Share(index, 4).of(tf.range(3)), [0, 1, 2])


def pictures(share):
    batches = training_batches(
        [ROWS], CAPTIONS, images_per_batch=5, seed=0, epoch=1, share=share
    )
    for batch in batches:
        # A share's captions are about its own pictures.
        own = tf.gather(batch.image_numbers, batch.caption_to_image)
        first = tf.gather(TOKENS.to_tensor(), own)[:, 0]
        np.testing.assert_array_equal(batch.token_ids[:, 0], first)
        np.testing.assert_array_equal(batch.inputs[:, 0], batch.image_numbers)
        yield batch.image_numbers


def targets(share):
    batches = training_rows(
        [ROWS], ROWS, images_per_batch=5, seed=0, epoch=1, share=share
    )
    return [rows[:, 0] for rows, _ in batches]


def sentences(share):
    columns = [TOKENS, np.arange(13)]
    batches = dataset_by_length(columns, batch_size=5, seed=0, epoch=1, share=share)
    return [numbers for _, numbers in batches]


@pytest.mark.parametrize("batches", [pictures, targets, sentences])
def test_the_shares_of_a_batch_are_the_batch(batches):
    whole = list(batches(Share()))
    parts = [list(batches(Share(index, 2))) for index in range(2)]
    assert len(whole) == len(parts[0]) == len(parts[1]) == 3
    for all, *some in zip(whole, *parts, strict=True):
        np.testing.assert_array_equal(np.concatenate(some), all)


def test_words_that_are_cut_by_chance_leave_the_batches_as_they_are():
    """Each worker cuts in its own way; the lengths of the usual cuts count."""
    found = []
    for seed in range(2):
        lengths = np.random.default_rng(seed).integers(1, 9, 13)
        cut = tf.RaggedTensor.from_row_lengths(
            tf.ones(lengths.sum(), tf.int32), lengths
        )
        columns = [cut, np.arange(13)]
        batches = dataset_by_length(
            columns, batch_size=5, seed=0, epoch=1, lengths_of=[TOKENS]
        )
        found.append([numbers.numpy().tolist() for _, numbers in batches])
    assert found[0] == found[1]
