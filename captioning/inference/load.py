"""`captioning.load`: what is pretrained, or what a path holds, ready for use."""

import json
from pathlib import Path
from typing import Literal, overload

from captioning import pretrained
from captioning.inference.model_paths import is_one_file
from captioning.inference.predictor import Predictor
from captioning.inference.read.predictions import (
    AssociationsPrediction,
    SentimentPrediction,
    TranslationPrediction,
)
from captioning.inference.read.text_predictor import TextPredictor
from data_prep.errors import BadInput


@overload
def load(  # type: ignore[overload-overlap]
    path: Literal["sentiment"], *, threads: int | None = ...
) -> TextPredictor[SentimentPrediction]: ...


@overload
def load(  # type: ignore[overload-overlap]
    path: Literal["translation"], *, threads: int | None = ...
) -> TextPredictor[TranslationPrediction]: ...


@overload
def load(  # type: ignore[overload-overlap]
    path: Literal["related", "related_de"], *, threads: int | None = ...
) -> TextPredictor[AssociationsPrediction]: ...


@overload
def load(
    path: str | Path,
    *,
    task: Literal["sentiment"],
    threads: int | None = ...,
    trust_model: bool = ...,
) -> TextPredictor[SentimentPrediction]: ...


@overload
def load(
    path: str | Path,
    *,
    task: Literal["translation"],
    threads: int | None = ...,
    trust_model: bool = ...,
) -> TextPredictor[TranslationPrediction]: ...


@overload
def load(
    path: str | Path,
    *,
    task: Literal["associations"],
    threads: int | None = ...,
    trust_model: bool = ...,
) -> TextPredictor[AssociationsPrediction]: ...


@overload
def load(
    path: str | Path | None = ...,
    *,
    num_beams: int | None = ...,
    threads: int | None = ...,
    rerank: bool = ...,
    trust_model: bool = ...,
) -> Predictor: ...


def load(
    path=None,
    *,
    task=None,
    num_beams=None,
    threads=None,
    rerank=True,
    trust_model=False,
):
    """Return a captioner or a reader of texts, loaded: a pretrained one, or that of a
    path.

    Args:
        path: "sentiment", "translation", "related" or "related_de" (of German), the
            pretrained readers; or a path: a run's directory, an export's, or a .tflite
            file. The pretrained captioner if not given.
        task: what to load of a path: "sentiment", "translation" or "associations"; the
            captioner if not given, or what a .tflite file has learned.
        num_beams: of a captioner, see `Predictor`.
        threads: processors that a .tflite file uses; all of them if not given.
        rerank: of a captioner, see `Predictor`.
        trust_model: whether an export may do more than compute.

    Returns:
        A `Predictor` of pictures, or a `TextPredictor`.

    Raises:
        BadInput: there is nothing at this path that can be loaded, or it did not learn
            the task.

    Example:
        >>> captioning.load().caption("photo.jpg")
        >>> captioning.load("related")("a boat").related[-1]
    """
    if path in pretrained.READERS:
        task = pretrained.READERS[path]
        path = pretrained.reader(path)
    elif task is None and path is not None and is_one_file(Path(path)):
        task = _learned(Path(path))
    if task in pretrained.READERS.values():
        if num_beams is not None or not rerank:
            raise BadInput(
                f"num_beams and rerank are of captioners, not of {task}; leave them "
                "out."
            )
        return TextPredictor(path, task, threads=threads, trust_model=trust_model)
    if task not in (None, "captions"):
        raise BadInput(
            f"task is {task!r}; expected captions or one of "
            f"{', '.join(pretrained.READERS.values())}. Give another."
        )
    return Predictor(
        path,
        num_beams=num_beams,
        threads=threads,
        rerank=rerank,
        trust_model=trust_model,
    )


def _learned(path: Path) -> str | None:
    """Return what a .tflite file has learned; None if it does not say, which is told
    when it is loaded."""
    from captioning.inference.litert.metadata import FACTS, metadata_of, task_of

    try:
        return task_of(json.loads(metadata_of(path.read_bytes())[FACTS]))
    except Exception:  # a flatbuffer that is cut off raises many kinds
        return None
