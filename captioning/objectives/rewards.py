"""Rewards: what a caption that the model drew is worth, in token ids, as it trains."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from captioning.metrics import CiderD


class CiderReward:
    """CIDEr-D of token ids against a training split's references.

    END is a word here, in references and in what is scored: were it not, a caption
    that breaks off after "in a" would have all of its n-grams right. Document
    frequencies are those of the references.

    Args:
        references: of each picture its captions as ids, END last, without START.
        pad: what follows END in captions that are scored.

    Call arguments:
        image_numbers: int32 ``(images,)``, which pictures.
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
        """Return the same of arrays."""
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
