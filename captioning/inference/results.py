"""Results: what is said of a picture, how sure the model is, and where it looked."""

from typing import NamedTuple

import numpy as np

from data_prep.pictures.places import Place


class Caption(NamedTuple):
    """One sentence about a picture.

    Attributes:
        caption: the sentence.
        score: its log probability over length ** length_penalty.
        confidence: how probable it is that its main thing is right, 0..1; None if the
            captioner does not say (see `inference.confidence`).
        expected_cider_d: by which captions are in order where they are re-ranked; None
            where they are in the order of their scores.
    """

    caption: str
    score: float
    confidence: float | None = None
    expected_cider_d: float | None = None


class Tag(NamedTuple):
    """One word about a picture, and how probable it is that it fits."""

    tag: str
    probability: float


class PictureResult(NamedTuple):
    """What became of a picture file.

    Attributes:
        path: the file, or its address in a store.
        captions: best first; empty if there is an error, or they were left out.
        error: one sentence, naming the file; "" if it was captioned.
        tags: best first; None if none were asked for.
        left_out: the best caption's confidence, if it was too low and the captions were
            left out; else None.
    """

    path: Place
    captions: list[Caption]
    error: str = ""
    tags: list[Tag] | None = None
    left_out: float | None = None


def leave_out_unsure(result: PictureResult, least: float | None) -> PictureResult:
    """Return a result without its captions if the best one has a confidence below
    `least`; else as it is, as without a confidence or without `least`."""
    confidence = result.captions[0].confidence if result.captions else None
    if least is None or confidence is None or confidence >= least:
        return result
    return result._replace(captions=[], left_out=confidence)


class AttentionMaps(NamedTuple):
    """Where a captioner looked as it chose each word about a picture.

    Attributes:
        picture: uint8 ``(height, width, 3)``, upright, in its own shape, reduced to
            `data_prep.pictures.decode_pillow.LONGEST_SIDE` at most.
        words: of the caption.
        weights: float32 ``(words, regions)``, each row of sum 1. Regions go along the
            rows of a square grid that is stretched over the whole picture, as the
            picture was squeezed into the square that the model saw.
    """

    picture: np.ndarray
    words: list[str]
    weights: np.ndarray
