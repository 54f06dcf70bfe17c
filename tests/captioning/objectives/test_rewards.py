"""Rewards: CIDEr-D of token ids, END included."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.objectives.rewards import CiderReward
from data_prep.text.special_tokens import END, PAD

BOAT = [4, 5, 6, END]  # "a red boat"
GULL = [7, 8, 9, END]


def test_a_caption_that_breaks_off_or_does_not_end_scores_less():
    references = [[BOAT, BOAT], [GULL, GULL]]
    reward = CiderReward(references, PAD)
    samples = tf.constant([[[*BOAT, PAD], [4, 5, END, PAD, PAD], [4, 5, 6, 4, 5]]])
    whole, cut, endless = reward(tf.constant([0]), samples).numpy()[0]
    assert whole == pytest.approx(10.0, abs=1e-4)
    assert cut < 0.6 * whole and endless < 0.8 * whole


def test_each_picture_has_its_own_references():
    reward = CiderReward([[BOAT], [GULL]], PAD)
    samples = tf.constant([[BOAT, GULL], [BOAT, GULL]])
    found = reward(tf.constant([1, 0]), samples).numpy()
    np.testing.assert_allclose(found, [[0, 10], [10, 0]], atol=1e-4)
