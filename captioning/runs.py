"""Runs: what a training leaves on disk, and how it is read again.

RUN/config.json              the knobs, the data set, the encoder's fingerprint
RUN/vocabulary.txt           the words, line number = id
RUN/captioner.weights.h5     the best weights so far, by dev CIDEr-D (their moving
                             average); without the encoder's where it is frozen:
                             those come from the package they always came from
RUN/history.csv              one line an epoch
RUN/curves.png               the same, drawn
RUN/checkpoint/              where `--resume` goes on from
RUN/tensorboard/             the logs
"""

import dataclasses
import json
import os
from pathlib import Path
from typing import NamedTuple

from captioning import encoders
from captioning.cells import build_cell
from captioning.config import Config
from captioning.decoder import Decoder
from captioning.models.captioner import Captioner
from data_prep.errors import BadInput
from data_prep.vocabulary import Vocabulary

FORMAT = 1  # raised when a run of today could not be read by the code of yesterday
WEIGHTS = "captioner.weights.h5"


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


def build_captioner(
    config: Config, vocabulary_size: int, *, encoder: bool
) -> Captioner:
    """Return a captioner with first weights, or ImageNet's for a frozen encoder.

    Args:
        config: the knobs.
        vocabulary_size: V.
        encoder: with its encoder; without, it takes regions.

    Raises:
        BadInput: the cell or the encoder is not known, or its weights not installed.
    """
    try:
        cell = build_cell(config.cell, config.units)
        seeing = encoders.build_encoder(
            config.encoder,
            config.image_size,
            pretrained=encoder and not config.train_encoder,
        )
    except ValueError as error:
        raise BadInput(str(error)) from error
    decoder = Decoder(
        vocabulary_size,
        config.embedding_dim,
        cell,
        config.attention_dim,
        config.dropout,
        name="decoder",
    )
    decoder.build(seeing.output_shape)
    captioner = Captioner(seeing if encoder else None, decoder, name="captioner")
    captioner.built = True
    return captioner


def create(directory: Path, config: Config, data: Path, vocabulary: Vocabulary) -> None:
    """Make the directory of a new run.

    Raises:
        BadInput: there is one already.
    """
    if (directory / "config.json").exists():
        raise BadInput(
            f"{directory} already holds a run; expected a new directory. "
            f"Go on with it by --run {directory} --resume, or give another --run."
        )
    directory.mkdir(parents=True, exist_ok=True)
    vocabulary.save(directory / "vocabulary.txt")
    facts = {
        "format": FORMAT,
        "data": str(data),
        "encoder_fingerprint": _fingerprint(config),
        "config": dataclasses.asdict(config),
    }
    replace(directory / "config.json", json.dumps(facts, indent=2) + "\n")


def save_weights(directory: Path, captioner: Captioner) -> None:
    """Write the weights of `captioner`, all at once or not at all."""
    partial = directory / ("partial-" + WEIGHTS)
    captioner.save_weights(partial)
    os.replace(partial, directory / WEIGHTS)


def load_facts(directory: Path) -> tuple[Config, str, Vocabulary]:
    """Return what a run's small files say: the knobs, its data, its words.

    Raises:
        BadInput: a file is missing, unreadable, or of another version.
    """
    path = directory / "config.json"
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
        data, fingerprint = facts["data"], facts["encoder_fingerprint"]
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
    return config, data, Vocabulary.load(directory / "vocabulary.txt")


def load_run(directory: Path, *, encoder: bool = True) -> Run:
    """Return the run at `directory` with its best weights.

    Args:
        directory: what `--run` names.
        encoder: False leaves a frozen encoder out; the captioner then takes regions.

    Raises:
        BadInput: it is not a whole run.
    """
    config, data, vocabulary = load_facts(directory)
    weights = directory / WEIGHTS
    if not weights.is_file():
        raise BadInput(
            f"{directory} has no {WEIGHTS}; expected the weights of a training that "
            "finished at least one epoch. Go on with it by "
            f"`python -m captioning.train --run {directory} --resume`."
        )
    captioner = build_captioner(config, len(vocabulary), encoder=config.train_encoder)
    try:
        captioner.load_weights(weights)
    except (ValueError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(
            f"{weights} does not fit the run's config.json and vocabulary.txt "
            f"({reason}). Restore the run's files, or train again."
        ) from error
    if encoder and captioner.encoder is None:
        frozen = encoders.build_encoder(config.encoder, config.image_size)
        captioner = Captioner(frozen, captioner.decoder, name="captioner")
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


def replace(path: Path, text: str) -> None:
    """Write a text file, all at once or not at all."""
    partial = path.with_name("partial-" + path.name)
    partial.write_text(text, "utf-8")
    os.replace(partial, path)


def _fingerprint(config: Config) -> str:
    if config.train_encoder:
        return "trained with the run"
    return encoders.encoder_fingerprint(config.encoder, config.image_size)
