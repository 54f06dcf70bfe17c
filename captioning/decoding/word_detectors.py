"""Word detectors: words that a picture rules out are not said.

A language model says what is frequent: a bear on a lawn becomes a dog. A detector is a
linear map from the mean of a picture's regions to the share of people who would use a
word (Fang et al. 2015, "From Captions to Visual Concepts and Back", with regions pooled
by their mean). Where it finds less than its threshold, the search must do without the
word. `tasks.captions.detector_fitting` says which words have a detector.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from captioning.nn.masking import MASKED_LOGIT


class WordDetectors(NamedTuple):
    """Detectors of some words; there may be none.

    Attributes:
        token_ids: int32 ``(words,)``.
        weights: float32 ``(words, region_dim)``, of the standardised mean of regions.
        margins: float32 ``(words,)``: what is found at the mean of all pictures, less
            the threshold.
    """

    token_ids: np.ndarray
    weights: np.ndarray
    margins: np.ndarray

    @classmethod
    def none(cls, region_dim: int) -> "WordDetectors":
        return cls(
            np.zeros(0, np.int32),
            np.zeros((0, region_dim), np.float32),
            np.zeros(0, np.float32),
        )


def undetected_bias(standardised, detectors: WordDetectors, vocabulary_size: int):
    """Return what is added to logits so that words which are not detected are never
    chosen, float32 ``(batch, vocabulary_size)``.

    Args:
        standardised: float32 ``(batch, region_dim)``, of each picture the mean of its
            regions, standardised.
        detectors: of the same regions.
        vocabulary_size: number of words.
    """
    found = tf.matmul(standardised, detectors.weights, transpose_b=True)
    missing = tf.cast(found + detectors.margins < 0, tf.float32)  # (batch, words)
    words = tf.one_hot(detectors.token_ids, vocabulary_size)
    return MASKED_LOGIT * tf.matmul(missing, words)
