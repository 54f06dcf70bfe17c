"""Attention maps of pictures, drawn into a file as they are captioned."""

from collections.abc import Callable
from pathlib import Path

from captioning.inference.engine import LookingEngine
from captioning.inference.results import Caption
from data_prep.errors import BadInput

DRAWN_AS = (".png", ".jpg", ".jpeg")


def captioning_and_drawing(
    engine: LookingEngine, out: Path
) -> Callable[[list[bytes]], list[list[Caption]]]:
    """Return what captions encoded pictures as the engine does, and draws the attention
    maps of each picture's best caption.

    Args:
        engine: one that says where it looked.
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
