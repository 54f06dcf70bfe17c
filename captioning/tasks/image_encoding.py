"""The encoder of a configuration, frozen, fine-tuned or trained, and its cached rows.

    pixels -> frozen part -> rows, cached on disk -> trained part -> regions

A frozen encoder has no trained part, a trained one no frozen part; a fine-tuned one is
cut in two.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np

from captioning import encoders
from captioning.tasks.config import TaskConfig
from data_prep.errors import BadInput
from data_prep.pipeline import features


@contextmanager
def naming_bad_input() -> Iterator[None]:
    """Within, a ValueError about an option's value becomes `BadInput`."""
    try:
        yield
    except BadInput:
        raise
    except ValueError as error:
        raise BadInput(str(error)) from error


class EncoderParts:
    """The two parts of an encoder, each built at most once, when it is first needed.

    Args:
        config: with a group `vision`.

    Attributes:
        frozen: pixels ``(batch, size, size, 3)`` -> rows, with ImageNet's weights.
            None where all of the encoder is trained: its rows are pixels.
        trained: rows -> regions, with its first weights. None where the encoder is
            frozen: its rows are regions.

    Raises:
        BadInput: when a part is built whose encoder is not known, or whose weights
            cannot be had.
    """

    def __init__(self, config: TaskConfig):
        self._vision = config.vision
        self._is_split = not config.vision.train_encoder and config.vision.fine_tune

    @functools.cached_property
    def frozen(self) -> keras.Model | None:
        vision = self._vision
        if vision.train_encoder:
            return None
        if self._is_split:
            return self._split[0]
        with naming_bad_input():
            if vision.encoder == "small":
                raise ValueError(
                    "The encoder 'small' has no weights but those it learns; a frozen "
                    "one would see nothing. Add --train-encoder, or name another "
                    "encoder."
                )
            return encoders.build_encoder(vision.encoder, vision.image_size)

    @functools.cached_property
    def trained(self) -> keras.Model | None:
        if self._is_split:
            return self._split[1]
        if not self._vision.train_encoder:
            return None
        with naming_bad_input():
            return encoders.build_encoder(
                self._vision.encoder, self._vision.image_size, pretrained=False
            )

    @functools.cached_property
    def _split(self) -> tuple[keras.Model, keras.Model]:
        vision = self._vision
        with naming_bad_input():
            return encoders.split_encoder(
                vision.encoder, vision.image_size, vision.fine_tune
            )

    @property
    def region_shape(self) -> tuple:
        """The shape ``(None, regions, region_dim)`` of what a model is shown."""
        return (self.trained or self.frozen).output_shape


def fingerprint(config: TaskConfig) -> str:
    """Return what identifies the encoder's weights and preprocessing.

    Raises:
        BadInput: the encoder is not known.
    """
    vision = config.vision
    if vision.train_encoder:
        return "trained with the run"
    with naming_bad_input():
        whole = encoders.encoder_fingerprint(vision.encoder, vision.image_size)
    return f"{whole}-below-{vision.fine_tune}" if vision.fine_tune else whole


def features_of(
    config: TaskConfig, encoder: EncoderParts | None = None
) -> features.Features:
    """Return how rows are made for a model of this configuration.

    Args:
        config: with a group `vision`.
        encoder: its parts, if they are there; else built if rows must be made.
    """
    vision = config.vision
    if vision.train_encoder:
        return features.pixels(vision.image_size)

    def load():
        frozen = (encoder or EncoderParts(config)).frozen
        return lambda pixels: frozen(pixels, training=False)

    below = f"-below-{vision.fine_tune}" if vision.fine_tune else ""
    return features.Features(
        name=f"{vision.encoder}-{vision.image_size}{below}",
        fingerprint=fingerprint(config),
        load=load,
        image_size=vision.image_size,
        dtype="float16",  # an encoder's regions need no more; half the disk
    )


def cached_rows(
    config: TaskConfig,
    data: Path,
    split: str,
    encoder: EncoderParts | None = None,
) -> np.ndarray:
    """Return what a model of this configuration is fed of a split's pictures.

    Args:
        config: with a group `vision`.
        data: a prepared data set.
        split: "train", "dev" or "test".
        encoder: its parts, if they are there.

    Returns:
        ``(images, ...)``, memory-mapped: regions of a frozen encoder, the maps below
        the stages that are fine-tuned, or pixels.

    Raises:
        BadInput: the rows must be made, and cannot.
    """
    return features.cached(data, split, features_of(config, encoder))


def cached_copies(
    config: TaskConfig, data: Path, split: str, encoder: EncoderParts | None = None
) -> list[np.ndarray]:
    """Return `cached_rows` of each of the altered copies that a model of this
    configuration is trained on, see `data_prep.pipeline.augmentation`."""
    return features.cached_copies(
        data, split, features_of(config, encoder), config.vision.views
    )
