"""Attention maps: where the model looked as it chose each word."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from captioning.inference.results import Caption
from data_prep.errors import BadInput

if TYPE_CHECKING:
    from captioning.inference.tensorflow_engine import RunEngine

LONGEST_SIDE = 640  # of a picture drawn, in pixels: three times what a panel shows


class AttentionMaps(NamedTuple):
    """Where a run looked as it chose each word about a picture.

    Attributes:
        picture: uint8 ``(height, width, 3)``, upright, in its own shape, reduced to
            `LONGEST_SIDE` at most.
        words: of the caption.
        weights: float32 ``(words, regions)``, each row of sum 1. Regions go along the
            rows of a square grid that is stretched over the whole picture, as the
            picture was squeezed into the square that the model saw.
    """

    picture: np.ndarray
    words: list[str]
    weights: np.ndarray


def captioning_and_drawing(
    engine: "RunEngine", out: Path
) -> Callable[[list[bytes]], list[list[Caption]]]:
    """Return what captions encoded pictures as the engine does, and draws the attention
    maps of each picture's best caption.

    Args:
        engine: a run.
        out: the picture file to draw, .png or .jpg, written over by every picture;
            BadInput is raised if it cannot be written.
    """

    def caption(pictures: list[bytes]) -> list[list[Caption]]:
        return [_caption_and_draw(engine, picture, out) for picture in pictures]

    return caption


def _caption_and_draw(engine, picture: bytes, out: Path) -> list[Caption]:
    from captioning.plots.attention import draw_attention

    captions, maps = engine.caption_with_attention(picture)
    try:
        draw_attention(maps.picture, maps.words, maps.weights, out)
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written ({error.strerror}); expected to draw the "
            "attention there. Name another file."
        ) from error
    return captions
