"""Runs: what a training leaves on disk, and how it is read again.

RUN/config.json              the knobs, the data set, the encoder's fingerprint
RUN/vocabulary.txt           the words, line number = id
RUN/captioner.weights.h5     the best weights so far, by dev CIDEr-D (their moving
                             average); without the encoder's where it is frozen:
                             those come from the package they always came from
RUN/history.csv              one line an epoch
RUN/curves.png               the same, drawn
RUN/samples/, captions.png   a few pictures, and what the run says of them
RUN/checkpoint/              where `--resume` goes on from
RUN/tensorboard/             the logs
"""

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import keras

from captioning import encoders
from captioning.cells import build_cell
from captioning.config import Config
from captioning.decoder import Decoder
from captioning.models.captioner import Captioner
from data_prep.dataset_info import DatasetInfo, images_digest
from data_prep.errors import BadInput
from data_prep.replacement import write_text
from data_prep.vocabulary import Vocabulary

FORMAT = 1  # raised when the code of today can't read a run of yesterday
CONFIG, WEIGHTS = "config.json", "captioner.weights.h5"


class Run(NamedTuple):
    """A finished run, ready for use.

    Attributes:
        directory: where it lies.
        config: the knobs it was trained with.
        data: the prepared data set, as `--data` gave it.
        vocabulary: its words.
        captioner: pixels ``(batch, size, size, 3)`` -> token ids, encoder included.
    """

    directory: Path
    config: Config
    data: str
    vocabulary: Vocabulary
    captioner: Captioner


@contextmanager
def _naming_bad_input() -> Iterator[None]:
    """What the knobs name and nobody knows, or is not installed, is bad input."""
    try:
        yield
    except ValueError as error:
        raise BadInput(str(error)) from error


def frozen_encoder(config: Config) -> keras.Model:
    """Return the encoder with ImageNet's weights, pixels -> regions.

    Raises:
        BadInput: it is not known, or its weights cannot be had.
    """
    with _naming_bad_input():
        if config.encoder == "small":
            raise ValueError(
                "The encoder 'small' has no weights but those it learns; a frozen one "
                "would see nothing. Add --train-encoder, or name another encoder."
            )
        return encoders.build_encoder(config.encoder, config.image_size)


def frozen_fingerprint(config: Config) -> str:
    """Return what identifies the frozen encoder's weights and preprocessing.

    Raises:
        BadInput: it is not known.
    """
    with _naming_bad_input():
        return encoders.encoder_fingerprint(config.encoder, config.image_size)


def build_captioner(config: Config, vocabulary_size: int) -> Captioner:
    """Return a captioner with first weights.

    It takes pixels where the encoder is trained, and regions where it is frozen.

    Raises:
        BadInput: the cell or the encoder is not known.
    """
    with _naming_bad_input():
        cell = build_cell(config.cell, config.units)
        seeing = encoders.build_encoder(
            config.encoder, config.image_size, pretrained=False
        )
    decoder = Decoder(
        vocabulary_size,
        config.embedding_dim,
        cell,
        config.attention_dim,
        config.dropout,
        name="decoder",
    )
    decoder.build(seeing.output_shape)
    seeing = seeing if config.train_encoder else None
    captioner = Captioner(seeing, decoder, name="captioner")
    captioner.built = True
    return captioner


def check_new(directory: Path) -> None:
    """Raise BadInput if `directory` can't become a new run's."""
    if directory.exists() and not directory.is_dir():
        raise BadInput(
            f"{directory} is a file; expected a new directory. Give another --run."
        )
    if (directory / CONFIG).exists():
        raise BadInput(
            f"{directory} already holds a run; expected a new directory. "
            f"Go on with it by --run {directory} --resume, or give another --run."
        )


def create(directory: Path, config: Config, data: Path) -> None:
    """Make the directory of a new run on a prepared data set.

    Raises:
        BadInput: there is one already, or it cannot be written.
    """
    check_new(directory)
    facts = {
        "format": FORMAT,
        "data": str(data.resolve()),
        "data_digest": _data_digest(data),
        "encoder_fingerprint": _fingerprint(config),
        "config": dataclasses.asdict(config),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        Vocabulary.load(data / "vocabulary.txt").save(directory / "vocabulary.txt")
        write_text(directory / CONFIG, json.dumps(facts, indent=2) + "\n")
    except OSError as error:
        raise BadInput(
            f"{directory} cannot be written ({error.strerror}); expected to make a run "
            "there. Give another --run."
        ) from error


def check_same_data(directory: Path, data: Path) -> None:
    """Raise BadInput unless `data` is what the run was started with."""
    if load_facts(directory).data_digest != _data_digest(data):
        raise BadInput(
            f"{data} is another data set than {directory} was started with; expected "
            "the same pictures and captions. Prepare it as before, or start a new run."
        )


def _data_digest(data: Path) -> str:
    info = DatasetInfo.load(data)
    return images_digest(info, "train") + info.vocabulary_sha256


def save_weights(directory: Path, captioner: Captioner) -> None:
    """Write the weights of `captioner`, all at once or not at all."""
    partial = directory / ("partial-" + WEIGHTS)
    captioner.save_weights(partial)
    os.replace(partial, directory / WEIGHTS)


class Facts(NamedTuple):
    """What a run's config.json says.

    Attributes:
        config: the knobs.
        data: the prepared data set's directory.
        data_digest: changes whenever its training records or its words do.
    """

    config: Config
    data: str
    data_digest: str


def load_facts(directory: Path) -> Facts:
    """Return what a run's config.json says.

    Raises:
        BadInput: it is missing, unreadable, or of another version.
    """
    path = directory / CONFIG
    if not path.is_file():
        raise BadInput(
            f"{directory} is not a run: it has no config.json. "
            "Expected a directory that `python -m captioning.train` made."
        )
    try:
        facts = json.loads(path.read_text("utf-8"))
        if facts["format"] != FORMAT:
            raise BadInput(
                f"{path} has format {facts['format']}; this version reads {FORMAT}. "
                "Train again, or use the version that made it."
            )
        config = Config(**facts["config"])
        found = Facts(config, facts["data"], facts["data_digest"])
        fingerprint = facts["encoder_fingerprint"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error}); expected what training wrote. "
            "Restore the file, or train again."
        ) from error
    if fingerprint != _fingerprint(config):
        raise BadInput(
            f"{directory} was trained on regions of another {config.encoder} "
            f"({fingerprint}; installed is {_fingerprint(config)}). "
            "Install the version of its weights that requirements.txt names, "
            "or train again."
        )
    return found


def load_run(directory: Path, *, encoder: bool = True) -> Run:
    """Return the run at `directory` with its best weights.

    Args:
        directory: what `--run` names.
        encoder: False leaves a frozen encoder out; the captioner then takes regions.

    Raises:
        BadInput: it is not a whole run.
    """
    config, data, _ = load_facts(directory)
    vocabulary = Vocabulary.load(directory / "vocabulary.txt")
    weights = directory / WEIGHTS
    if not weights.is_file():
        raise BadInput(
            f"{directory} has no {WEIGHTS}; expected the weights of a training that "
            "finished at least one epoch. Go on with it by "
            f"`python -m captioning.train --run {directory} --resume`."
        )
    captioner = build_captioner(config, len(vocabulary))
    try:
        captioner.load_weights(weights)
    except (ValueError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(
            f"{weights} does not fit the run's config.json and vocabulary.txt "
            f"({reason}). Restore the run's files, or train again."
        ) from error
    if encoder and captioner.encoder is None:
        captioner = Captioner(
            frozen_encoder(config), captioner.decoder, name="captioner"
        )
    return Run(directory, config, data, vocabulary, captioner)


def newest(root: Path = Path("runs")) -> Path:
    """Return the newest finished run under `root`.

    Raises:
        BadInput: there is none.
    """
    runs = sorted(root.glob(f"*/{WEIGHTS}"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise BadInput(
            f"There is no run under {root}/; expected one. "
            "Make one by `python -m captioning.train`, or name one by --run."
        )
    return runs[-1].parent


def _fingerprint(config: Config) -> str:
    if config.train_encoder:
        return "trained with the run"
    return frozen_fingerprint(config)
