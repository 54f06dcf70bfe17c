"""Rewards of sampled captions, computed on token ids during training."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from captioning.metrics import CiderD


class CiderReward:
    """CIDEr-D of token ids against a training split's references.

    END counts as a word, in references and in samples. Otherwise a caption that breaks
    off after "in a" could have all of its n-grams right. Document frequencies are those
    of the references.

    Args:
        references: the captions of each picture as ids, END last, without START.
        pad: the id behind END in sampled captions.

    Call arguments:
        image_numbers: int32 ``(images,)``, indices into `references`.
        token_ids: int32 ``(images, samples, time)``.

    Returns:
        float32 ``(images, samples)``, 0 to 10.
    """

    def __init__(self, references: Sequence[Sequence[Sequence[int]]], pad: int):
        self._cider = CiderD(dict(enumerate(references)))
        self._pad = pad

    def __call__(self, image_numbers: tf.Tensor, token_ids: tf.Tensor) -> tf.Tensor:
        found = tf.numpy_function(self.score, (image_numbers, token_ids), tf.float32)
        return tf.ensure_shape(found, token_ids.shape[:2])

    def score(self, image_numbers: np.ndarray, token_ids: np.ndarray) -> np.ndarray:
        """Return the rewards of arrays, as the call does of tensors."""
        return np.array(
            [
                [
                    self._cider.score_one(int(number), row[row != self._pad].tolist())
                    for row in rows
                ]
                for number, rows in zip(image_numbers, token_ids, strict=True)
            ],
            np.float32,
        )
