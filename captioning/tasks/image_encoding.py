"""Vision: the encoder of a config, learned or frozen, and the rows made of pictures.

    pixels -> fixed encoder -> rows, kept on disk -> learned encoder -> regions

Frozen, the encoder is all fixed; trained, all learned; fine-tuned, it is cut in two.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np

from captioning import encoders
from captioning.tasks.config import Config
from data_prep.errors import BadInput
from data_prep.pipeline import features


@contextmanager
def naming_bad_input() -> Iterator[None]:
    """What the knobs name and nobody knows, or is not installed, is bad input."""
    try:
        yield
    except ValueError as error:
        raise BadInput(str(error)) from error


def region_shape(config: Config) -> tuple:
    """Return the shape ``(None, regions, region_dim)`` of what the decoder is shown.

    Raises:
        BadInput: the encoder is not known.
    """
    return _first_encoder(config).output_shape


def learned_encoder(config: Config) -> keras.Model | None:
    """Return what of the encoder a run learns itself, with its first weights: rows
    (`cached_rows`) -> regions. None where it is frozen: its rows are regions.

    Raises:
        BadInput: it is not known, or its weights cannot be had.
    """
    if config.train_encoder:
        return _first_encoder(config)
    return _split_encoder(config)[1] if config.fine_tune else None


def fixed_encoder(config: Config) -> keras.Model | None:
    """Return what of the encoder keeps ImageNet's weights: pixels -> rows. None where
    all of it is learned, whose rows are pixels.

    Raises:
        BadInput: it is not known, or its weights cannot be had.
    """
    if config.train_encoder:
        return None
    if config.fine_tune:
        return _split_encoder(config)[0]
    with naming_bad_input():
        if config.encoder == "small":
            raise ValueError(
                "The encoder 'small' has no weights but those it learns; a frozen one "
                "would see nothing. Add --train-encoder, or name another encoder."
            )
        return encoders.build_encoder(config.encoder, config.image_size)


def _first_encoder(config: Config) -> keras.Model:
    with naming_bad_input():
        return encoders.build_encoder(
            config.encoder, config.image_size, pretrained=False
        )


def _split_encoder(config: Config) -> tuple[keras.Model, keras.Model]:
    with naming_bad_input():
        return encoders.split_encoder(
            config.encoder, config.image_size, config.fine_tune
        )


def fingerprint(config: Config) -> str:
    """Return what identifies the encoder's weights and preprocessing.

    Raises:
        BadInput: it is not known.
    """
    if config.train_encoder:
        return "trained with the run"
    with naming_bad_input():
        whole = encoders.encoder_fingerprint(config.encoder, config.image_size)
    return f"{whole}-below-{config.fine_tune}" if config.fine_tune else whole


def features_of(config: Config) -> features.Features:
    """Return how rows are made for a model of this config."""
    if config.train_encoder:
        return features.pixels(config.image_size)

    def load():
        encoder = fixed_encoder(config)
        return lambda pixels: encoder(pixels, training=False)

    below = f"-below-{config.fine_tune}" if config.fine_tune else ""
    return features.Features(
        name=f"{config.encoder}-{config.image_size}{below}",
        fingerprint=fingerprint(config),
        load=load,
        image_size=config.image_size,
        dtype="float16",  # an encoder's regions need no more; half the disk
    )


def cached_rows(config: Config, data: Path, split: str) -> np.ndarray:
    """Return what a model of this config is fed of a split's pictures.

    Args:
        config: the knobs.
        data: a prepared data set.
        split: "train", "dev" or "test".

    Returns:
        ``(images, ...)``, memory-mapped: regions of a frozen encoder, the maps below
        the stages that are fine-tuned, or pixels.

    Raises:
        BadInput: the rows must be made, and cannot.
    """
    return features.cached(data, split, features_of(config))


def cached_copies(config: Config, data: Path, split: str) -> list[np.ndarray]:
    """Return `cached_rows` of each of the altered copies that a model of this config
    learns from, see `pipeline.augmentation`."""
    return features.cached_copies(data, split, features_of(config), config.views)
