"""Encoders: pixels (B, H, W, 3) float32 in 0..255 -> regions (B, R, D).

Each module here is one family and has the same four functions: ``names``,
``default_image_size``, ``fingerprint`` and ``build_encoder``. An encoder scales its
pixels itself, so that no caller needs to know how.
"""

import keras

from captioning.encoders import applications, efficientnet_lite, small
from captioning.encoders.errors import BadEncoder

__all__ = [
    "BadEncoder",
    "build_encoder",
    "default_image_size",
    "encoder_fingerprint",
    "names",
    "split_encoder",
]

FAMILIES = (small, efficientnet_lite, applications)
SMALLEST = 32  # pixels: five halvings leave one region; some networks need more


def names() -> list[str]:
    """All encoders' names, those that need no network connection first."""
    return [name for family in FAMILIES for name in family.names()]


def build_encoder(
    name: str, image_size: int | None = None, pretrained: bool = True
) -> keras.Model:
    """Return a model from pixels (B, H, W, 3) float32 in 0..255 to regions (B, R, D).

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels; None is ``default_image_size(name)``.
        pretrained: ImageNet's weights; else a fresh initialisation. ``small`` has no
            weights but those that a run teaches it.

    Raises:
        BadEncoder: an unknown name, an unusable size, or weights that cannot be had.
    """
    family = _family(name)
    if image_size is None:
        image_size = family.default_image_size(name)
    _check_size(image_size)
    return family.build_encoder(name, image_size, pretrained)


def split_encoder(
    name: str, image_size: int, stages: int
) -> tuple[keras.Model, keras.Model]:
    """Return an encoder with ImageNet's weights, cut in two before its last stages.

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels.
        stages: how many stages are in the second model.

    Returns:
        pixels (B, H, W, 3) float32 in 0..255 -> maps (B, h, w, C), and maps -> regions
        (B, R, D).

    Raises:
        BadEncoder: an unknown name, one that cannot be cut, an unusable size, a number
            of stages that it does not have, or weights that cannot be had.
    """
    family = _family(name)
    _check_size(image_size)
    if family is not efficientnet_lite:
        raise BadEncoder(
            f"The last stages of {name} cannot be fine-tuned; expected one of "
            f"{', '.join(efficientnet_lite.names())}."
        )
    return family.split_encoder(name, image_size, stages)


def default_image_size(name: str) -> int:
    """Side in pixels of the square pictures that the encoder is meant for.

    Raises:
        BadEncoder: an unknown name.
    """
    return _family(name).default_image_size(name)


def encoder_fingerprint(name: str, image_size: int) -> str:
    """A short text that changes whenever the same picture gives other regions.

    It covers the pretrained weights, the size and the preprocessing. ``small`` has no
    weights to name: its regions belong to one run and must not be cached.

    Raises:
        BadEncoder: an unknown name or an unusable size.
    """
    family = _family(name)
    _check_size(image_size)
    return family.fingerprint(name, image_size)


def _family(name: str):
    for family in FAMILIES:
        if name in family.names():
            return family
    raise BadEncoder(
        f"There is no encoder {name!r}; choose one of {', '.join(names())}."
    )


def _check_size(image_size: int) -> None:
    if image_size < SMALLEST:
        raise BadEncoder(
            f"An image size of {image_size} pixels is too small for an encoder: give "
            f"at least {SMALLEST}."
        )
