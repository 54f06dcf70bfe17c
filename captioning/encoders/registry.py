"""All image encoders by name, and the contract that each family of them keeps.

An encoder maps pixels (B, H, W, 3), float32 in 0..255, to regions (B, R, D). It scales
the pixels itself. Each family is one module with four functions: ``names``,
``default_image_size``, ``fingerprint`` and ``build_encoder``. To add a family, write
such a module and append it to `FAMILIES`.
"""

import keras

from captioning.encoders import applications, efficientnet_lite, small

FAMILIES = (small, efficientnet_lite, applications)
SMALLEST = 32  # pixels: after five strides of 2 one region; some need more


def names() -> list[str]:
    """Return the names of all encoders, those that need no network connection first."""
    return [name for family in FAMILIES for name in family.names()]


def build_encoder(
    name: str, image_size: int | None = None, pretrained: bool = True
) -> keras.Model:
    """Return a model from pixels (B, H, W, 3) float32 in 0..255 to regions (B, R, D).

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels; None is ``default_image_size(name)``.
        pretrained: with ImageNet's weights, else newly initialised. ``small`` has no
            pretrained weights.

    Raises:
        ValueError: an unknown name, an unusable size, or weights that are not
            available.
    """
    family = _family(name)
    if image_size is None:
        image_size = family.default_image_size(name)
    _check_size(image_size)
    return family.build_encoder(name, image_size, pretrained)


def split_encoder(
    name: str, image_size: int, stages: int
) -> tuple[keras.Model, keras.Model]:
    """Return an encoder with ImageNet's weights, split in two before its last stages.

    Args:
        name: one of ``names()``.
        image_size: H = W in pixels.
        stages: number of stages in the second model.

    Returns:
        pixels (B, H, W, 3) float32 in 0..255 -> maps (B, h, w, C), and maps -> regions
        (B, R, D).

    Raises:
        ValueError: an unknown name, one that cannot be split, an unusable size, a
            number of stages that it does not have, or weights that are not available.
    """
    family = _family(name)
    _check_size(image_size)
    if family is not efficientnet_lite:
        raise ValueError(
            f"The last stages of {name} cannot be fine-tuned; expected one of "
            f"{', '.join(efficientnet_lite.names())}."
        )
    return family.split_encoder(name, image_size, stages)


def default_image_size(name: str) -> int:
    """Return the side in pixels of the square pictures that the encoder is meant for.

    Raises:
        ValueError: an unknown name.
    """
    return _family(name).default_image_size(name)


def encoder_fingerprint(name: str, image_size: int) -> str:
    """Return a short text that changes whenever the same picture gives other regions.

    It covers the pretrained weights, the size and the preprocessing. The weights of
    ``small`` are those of a run, so its regions must not be cached.

    Raises:
        ValueError: an unknown name or an unusable size.
    """
    family = _family(name)
    _check_size(image_size)
    return family.fingerprint(name, image_size)


def _family(name: str):
    for family in FAMILIES:
        if name in family.names():
            return family
    raise ValueError(
        f"There is no encoder {name!r}; choose one of {', '.join(names())}."
    )


def _check_size(image_size: int) -> None:
    if image_size < SMALLEST:
        raise ValueError(
            f"An image size of {image_size} pixels is too small for an encoder: give "
            f"at least {SMALLEST}."
        )
