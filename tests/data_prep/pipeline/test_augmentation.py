"""Augmentation: whole, mirrored, in part; the same part whenever it is asked for."""

import numpy as np
import tensorflow as tf

from data_prep.pipeline.augmentation import SMALLEST, augment

SIZE = 33
# Each pixel says where it is: its row and its column, from 0 to 1.
ROW, COLUMN = np.meshgrid(*[np.linspace(0, 1, SIZE)] * 2, indexing="ij")
WHERE = np.stack([ROW, COLUMN, 0 * ROW], axis=-1).astype(np.float32)
PIXELS = tf.constant(np.repeat(WHERE[None], 50, axis=0))


def test_the_whole_picture_and_its_mirror():
    np.testing.assert_array_equal(augment(PIXELS, 0, first=0), PIXELS)
    np.testing.assert_array_equal(augment(PIXELS, 1, first=0), PIXELS[:, :, ::-1])


def test_a_part_is_what_lies_between_its_corners():
    seen = augment(PIXELS, 2, first=0).numpy()
    top, left = seen[:, 0, 0, :2].T
    bottom, right = seen[:, -1, -1, :2].T
    for first, last in ((top, bottom), (left, right)):
        assert (first >= 0).all() and (last <= 1).all()
        assert (last - first >= SMALLEST - 1e-6).all()
        assert np.ptp(last - first) > 0.2 and np.ptp(first) > 0.1  # drawn for each
    rows = np.linspace(top, bottom, SIZE, axis=1)[:, :, None]
    np.testing.assert_allclose(
        seen[..., 0], np.broadcast_to(rows, seen.shape[:3]), atol=1e-5
    )


def test_an_odd_copy_is_mirrored():
    for copy, is_mirrored in ((2, False), (3, True)):
        columns = augment(PIXELS, copy, 0)[:, 0, :, 1].numpy()
        assert ((columns[:, 0] > columns[:, -1]) == is_mirrored).all()


def test_a_picture_shows_the_same_part_wherever_its_batch_begins():
    together = augment(PIXELS, 4, first=0)
    np.testing.assert_array_equal(augment(PIXELS[:20], 4, first=30), together[30:])
    assert not np.allclose(together[0], together[1])
    assert not np.allclose(together, augment(PIXELS, 6, first=0))
