"""Inference: encoded pictures in, sentences out, all of it one TensorFlow graph.

`PictureCaptioner` is what `captioning.caption` runs and what `captioning.export`
saves, so the two cannot say different things.
"""

import json
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from captioning.evaluation import make_captioner_function
from captioning.runs import Run, load_run
from data_prep import images
from data_prep.errors import BadInput

EXPORT_FACTS = "captioning_export.json"
EXPORT_FORMAT = 1  # raised when the signature of an export changes


class PictureCaptioner:
    """Decode, squeeze, encode, search, and join words.

    Attributes:
        captioner: the model whose weights it uses.
        serve: the graph, `image_bytes` -> a dict. `image_bytes` is string ``(batch,)``,
            whole files as `data_prep.images` reads them; one that cannot be decoded
            fails the call (`InvalidArgumentError`), and with it all of the batch, for
            a graph can't go on past an error. The dict has `captions` string
            ``(batch, beams)``, best first, and `scores` float32 ``(batch, beams)``,
            the log probability over length ** length_penalty.

    Args:
        run: a finished run.
        num_beams: captions a picture.
    """

    def __init__(self, run: Run, num_beams: int):
        self.image_size = run.config.image_size
        self.captioner = run.captioner
        self._caption = make_captioner_function(
            run.captioner, run.vocabulary, run.config, num_beams=num_beams
        )
        signature = tf.TensorSpec((None,), tf.string, name="image_bytes")
        self.serve = tf.function(self._serve, input_signature=[signature])

    def _serve(self, image_bytes):
        pixels = tf.map_fn(
            lambda encoded: images.load(encoded, self.image_size),
            image_bytes,
            fn_output_signature=tf.TensorSpec(
                (self.image_size, self.image_size, 3), tf.float32
            ),
            parallel_iterations=2,  # each may hold 400 MB, the largest pictures allowed
        )
        captions, scores = self._caption(pixels)
        return {"captions": captions, "scores": scores}


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
            run = load_run(path)
            whole = PictureCaptioner(run, num_beams or run.config.num_beams)
            self._function = whole.serve

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
    if num_beams not in (None, beams):
        raise BadInput(
            f"{path} was exported with {beams} beams, {num_beams} were asked for. "
            "Leave --beams out, or export again with the number you want."
        )
    try:
        return tf.saved_model.load(str(path)).signatures["serving_default"]
    except (OSError, KeyError, tf.errors.OpError, ValueError) as error:
        raise BadInput(
            f"{path} cannot be loaded ({str(error).splitlines()[0]}); expected a "
            "whole export. Export the run again."
        ) from error
