"""Inference: a run, or an export of one, that captions encoded pictures.

What `captioning.caption` runs and what `captioning.export` saves is one graph, that of
`Captions.server`, so the two cannot say different things.
"""

import json
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from captioning.runs import check_has, load_run
from data_prep.errors import BadInput

EXPORT_FACTS = "captioning_export.json"
EXPORT_FORMAT = 2  # raised when the signatures of an export change


class Caption(NamedTuple):
    """One sentence and its score."""

    caption: str
    score: float


class LoadedCaptioner:
    """A run, or an export of one, that captions batches of encoded pictures.

    Args:
        path: a run's directory or an export's.
        num_beams: captions a picture; None takes the run's own, or the export's.

    Raises:
        BadInput: it is neither, or an export with another number of beams.
    """

    def __init__(self, path: Path, num_beams: int | None = None):
        if (path / "saved_model.pb").exists():
            self._function = _load_export(path, num_beams)
        else:
            self._function = load_run(path).pattern("captions").server(num_beams)

    def __call__(self, pictures: list[bytes]) -> list[list[Caption]]:
        """Return the captions of each picture, best first.

        Raises:
            tf.errors.InvalidArgumentError: one of the pictures cannot be decoded.
        """
        found = self._function(tf.constant(pictures))
        return [
            [
                Caption(text.decode("utf-8"), float(score))
                for text, score in zip(texts, scores, strict=True)
            ]
            for texts, scores in zip(
                found["captions"].numpy(), found["scores"].numpy(), strict=True
            )
        ]


def _load_export(path: Path, num_beams: int | None):
    try:
        facts = json.loads((path / EXPORT_FACTS).read_text("utf-8"))
        made_as, beams = facts["format"], facts["num_beams"]
        patterns = facts["patterns"] if made_as == EXPORT_FORMAT else []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} holds a SavedModel without a readable {EXPORT_FACTS}; expected "
            "an export of this project. Make it by `python -m captioning.export`."
        ) from error
    if made_as != EXPORT_FORMAT:
        raise BadInput(
            f"{path} is an export of format {made_as}; this version reads format "
            f"{EXPORT_FORMAT}. Export the run again."
        )
    check_has(path, patterns, "captions")
    if num_beams not in (None, beams):
        raise BadInput(
            f"{path} was exported with {beams} beams, {num_beams} were asked for. "
            "Leave --beams out, or export again with the number you want."
        )
    try:
        return tf.saved_model.load(str(path)).signatures["captions"]
    except (OSError, KeyError, tf.errors.OpError, ValueError) as error:
        raise BadInput(
            f"{path} cannot be loaded ({str(error).splitlines()[0]}); expected a "
            "whole export. Export the run again."
        ) from error
