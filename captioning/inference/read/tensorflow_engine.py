"""A run, or a SavedModel of one, reads texts."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from captioning.inference.read.predictions import (
    AssociationsPrediction,
    Prediction,
    SentimentPrediction,
    TranslationPrediction,
    check_language,
    possible,
)
from captioning.inference.saved_model import Server, load_server
from data_prep.errors import BadInput


class TensorFlowTextEngine:
    """A `predictions.TextEngine` over a run or an export that learned a task.

    Args:
        path: the run's directory, or the export's.
        task: "sentiment", "translation" or "associations".
        trust_model: whether an export may do more than compute.

    Raises:
        BadInput: it is neither, or did not learn that.
    """

    def __init__(self, path: Path, task: str, *, trust_model: bool = False):
        self._task = task
        self._server = load_server(path, task, trust_model=trust_model)
        self.languages = self._server.languages

    def predict(self, texts: list[str], to: str = "") -> list[Prediction]:
        if self._task == "translation":
            return predict_translations(self._server, texts, to)
        if self._task == "sentiment":
            return predict_sentiment(self._server, texts)
        return predict_associations(self._server, texts)


def predict_sentiment(server: Server, texts: list[str]) -> list[Prediction]:
    """Return how positive each text is, after every word of it."""
    found = _ask(server, texts)
    return [
        SentimentPrediction(
            words, known, found["positive"][row, : len(words)].tolist(), float(verdict)
        )
        for row, (words, known, verdict) in enumerate(
            zip(*_words(found), found["verdict"], strict=True)
        )
    ]


def predict_associations(server: Server, texts: list[str]) -> list[Prediction]:
    """Return which words belong with each text, after every word of it."""
    found = _ask(server, texts)
    predictions: list[Prediction] = []
    for row, (words, known) in enumerate(zip(*_words(found), strict=True)):
        after = [
            possible(_text(related), scores.tolist())
            for related, scores in zip(
                found["related"][row, : len(words)],
                found["scores"][row, : len(words)],
                strict=True,
            )
        ]
        related, scores = (list(each) for each in zip(*after, strict=True))
        predictions.append(AssociationsPrediction(words, known, related, scores))
    return predictions


def predict_translations(server: Server, texts: list[str], to: str) -> list[Prediction]:
    """Return what each text may be in a language, by its code.

    Raises:
        BadInput: the language is not one that the model writes.
    """
    check_language(to, server.languages)
    try:
        found = _ask(server, texts, to=tf.fill((len(texts),), to))
    except tf.errors.InvalidArgumentError as error:  # of an export that does not say
        raise BadInput(
            f"--to is {to!r}, which this export does not write; expected the code of "
            "a language that it learned. Give another."
        ) from error
    return [
        TranslationPrediction(_text(translations), scores.tolist(), [bool(is_known)])
        for translations, scores, is_known in zip(
            found["translations"], found["scores"], found["known"], strict=True
        )
    ]


def _ask(server: Server, texts: list[str], **more) -> dict[str, np.ndarray]:
    found = server.ask(texts=tf.constant(texts), **more)
    return {name: tensor.numpy() for name, tensor in found.items()}


def _words(found) -> tuple[list[list[str]], list[list[bool]]]:
    words = [_text(row[row != b""]) for row in found["words"]]
    known = [
        row[: len(some)].tolist()
        for row, some in zip(found["known"], words, strict=True)
    ]
    return words, known


def _text(strings) -> list[str]:
    return [string.decode("utf-8") for string in strings]
