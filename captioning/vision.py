"""Vision: the encoder of a config, learned or frozen, and the rows made of pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np

from captioning import encoders
from captioning.config import Config
from data_prep import features
from data_prep.errors import BadInput


@contextmanager
def naming_bad_input() -> Iterator[None]:
    """What the knobs name and nobody knows, or is not installed, is bad input."""
    try:
        yield
    except ValueError as error:
        raise BadInput(str(error)) from error


def first_encoder(config: Config) -> keras.Model:
    """Return the encoder with first weights, pixels -> regions.

    Raises:
        BadInput: it is not known.
    """
    with naming_bad_input():
        return encoders.build_encoder(
            config.encoder, config.image_size, pretrained=False
        )


def frozen_encoder(config: Config) -> keras.Model:
    """Return the encoder with ImageNet's weights, pixels -> regions.

    Raises:
        BadInput: it is not known, or its weights cannot be had.
    """
    with naming_bad_input():
        if config.encoder == "small":
            raise ValueError(
                "The encoder 'small' has no weights but those it learns; a frozen one "
                "would see nothing. Add --train-encoder, or name another encoder."
            )
        return encoders.build_encoder(config.encoder, config.image_size)


def fingerprint(config: Config) -> str:
    """Return what identifies the encoder's weights and preprocessing.

    Raises:
        BadInput: it is not known.
    """
    if config.train_encoder:
        return "trained with the run"
    with naming_bad_input():
        return encoders.encoder_fingerprint(config.encoder, config.image_size)


def features_of(config: Config) -> features.Features:
    """Return how rows are made for a model of this config."""
    if config.train_encoder:
        return features.pixels(config.image_size)

    def load():
        encoder = frozen_encoder(config)
        return lambda pixels: encoder(pixels, training=False)

    return features.Features(
        name=f"{config.encoder}-{config.image_size}",
        fingerprint=fingerprint(config),
        load=load,
        image_size=config.image_size,
        dtype="float16",  # an encoder's regions need no more; half the disk
    )


def cached_rows(
    config: Config, data: Path, split: str, *, mirrored: bool = False
) -> np.ndarray:
    """Return what a model of this config is fed of a split's pictures.

    Returns:
        ``(images, ...)``, regions of a frozen encoder or pixels, memory-mapped.

    Raises:
        BadInput: the rows must be made, and cannot.
    """
    return features.cached(data, split, features_of(config), mirrored=mirrored)
