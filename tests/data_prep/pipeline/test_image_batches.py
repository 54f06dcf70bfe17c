"""Batches: every picture once, with its own captions, in an order that repeats."""

import numpy as np
import tensorflow as tf

from data_prep.pipeline import image_batches
from data_prep.pipeline.image_batches import tokenized, training_batches
from data_prep.text.special_tokens import END, START
from data_prep.text.vocabulary import Vocabulary

# Five pictures; the row of picture k is [k, k], its captions say word 10 + k.
ROWS = np.repeat(np.arange(5, dtype=np.float16)[:, None], 2, axis=1)
TOKEN_IDS = tf.ragged.constant(
    [[[START] + [10 + k] * n + [END] for n in range(1, 2 + k)] for k in range(5)],
    dtype=tf.int32,
)


def batches(**options):
    defaults = {"images_per_batch": 2, "seed": 0, "epoch": 0}
    return list(training_batches([ROWS], TOKEN_IDS, **{**defaults, **options}))


def test_every_picture_once_with_all_of_its_captions():
    seen = []
    for batch in batches():
        pictures = batch.inputs[:, 0].numpy()
        seen += list(pictures)
        for ids, image in zip(batch.token_ids, batch.caption_to_image, strict=True):
            words = [i for i in ids.numpy() if i not in (0, START, END)]
            assert set(words) == {10 + int(pictures[int(image)])}
            assert ids[0] == START
        counts = np.bincount(batch.caption_to_image)
        np.testing.assert_array_equal(counts, pictures + 1)
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_the_order_follows_from_seed_and_epoch():
    def order(**options):
        return [int(k) for batch in batches(**options) for k in batch.inputs[:, 0]]

    assert order() == order()
    assert order(epoch=1) == order(epoch=1)
    assert len({tuple(order(epoch=e, seed=s)) for e in range(4) for s in (0, 1)}) > 4


def test_some_captions_of_each_picture_drawn_anew():
    def drawn(epoch):
        (batch,) = batches(images_per_batch=5, captions_per_image=2, epoch=epoch)
        counts = np.bincount(batch.caption_to_image)
        np.testing.assert_array_equal(counts, np.minimum(batch.inputs[:, 0] + 1, 2))
        lengths = np.count_nonzero(batch.token_ids, axis=1)
        pictures = batch.inputs.numpy()[batch.caption_to_image, 0].astype(int)
        return {
            (picture, length) for picture, length in zip(pictures, lengths, strict=True)
        }

    assert len(drawn(0)) == 9  # no caption twice
    assert drawn(0) == drawn(0)
    assert set.union(*(drawn(epoch) for epoch in range(20))) == {
        (k, n + 2) for k in range(5) for n in range(1, 2 + k)
    }


def test_every_picture_is_fed_as_one_of_its_copies():
    rows = np.repeat(np.arange(1000, dtype=np.float32)[:, None], 2, axis=1)
    captions = tf.ragged.constant([[[START, END]]] * 1000, dtype=tf.int32)

    def seen(epoch):
        copies = [rows, rows + 0.25, rows + 0.5]
        (batch,) = training_batches(
            copies, captions, images_per_batch=1000, seed=0, epoch=epoch
        )
        np.testing.assert_array_equal(batch.inputs[:, 0] // 1, batch.image_numbers)
        return batch.inputs.numpy()[np.argsort(batch.image_numbers), 0] % 1

    shares = [np.mean(seen(0) == part) for part in (0, 0.25, 0.5)]
    np.testing.assert_allclose(shares, 1 / 3, atol=0.05)
    assert 0.2 < np.mean(seen(0) == seen(1)) < 0.5  # drawn anew


def test_a_long_caption_is_cut_and_has_no_end():
    vocabulary = Vocabulary.build(["a b c d e"], 1)
    ids = tokenized([("a b", "a b c d e")], vocabulary, max_length=4)
    short, long = ids[0].numpy()
    assert short[0] == START and short[-1] == END and len(short) == 4
    assert long[0] == START and END not in long and len(long) == 5


def test_captions_are_the_same_in_blocks(monkeypatch):
    captions = [("a b", "b"), ("c",), ("a", "b c a", "c")]
    vocabulary = Vocabulary.build(["a b c"], 1)
    at_once = tokenized(captions, vocabulary, max_length=4)
    monkeypatch.setattr(image_batches, "BLOCK", 4)
    in_blocks = tokenized(captions, vocabulary, max_length=4)
    assert in_blocks.to_list() == at_once.to_list()
    assert at_once.bounding_shape().numpy().tolist() == [3, 3, 5]
    assert tokenized([(), ()], vocabulary, max_length=4).to_list() == [[], []]
