"""What a run, or an export of one, predicts of texts.

Sentiment and related words are predicted after every word of a text, from the state
that the cell has there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from captioning.inference.saved_model import Server, load_server
from data_prep.errors import BadInput


class SentimentPrediction(NamedTuple):
    """How positive a text is.

    Attributes:
        words: of the text, cut at white space.
        known: of each word, whether any part of it is in the vocabulary.
        positive: after each word, the probability that the text is positive.
        verdict: the same, after all of it.
    """

    words: list[str]
    known: list[bool]
    positive: list[float]
    verdict: float


class TranslationPrediction(NamedTuple):
    """What a text may be in another language.

    Attributes:
        translations: best first.
        scores: of each of these, by beam search.
        known: of the whole text, whether any part of it is in the vocabulary.
    """

    translations: list[str]
    scores: list[float]
    known: list[bool]


class AssociationsPrediction(NamedTuple):
    """Which words belong with a text.

    Attributes:
        words: of the text, cut at white space.
        known: of each word, whether any part of it is in the vocabulary.
        related: after each word, what belongs with the text so far, best first.
        scores: of each of these, its log probability.
    """

    words: list[str]
    known: list[bool]
    related: list[list[str]]
    scores: list[list[float]]


Prediction = SentimentPrediction | TranslationPrediction | AssociationsPrediction


def load_predictor(
    path: Path, task: str, to: str = "", *, trust_model: bool = False
) -> Callable[[list[str]], list[Prediction]]:
    """Return texts -> predictions, by a run or an export that learned a task.

    Args:
        path: the run's directory, or the export's.
        task: "sentiment", "translation" or "associations".
        to: of a translation, the code of the language to write.
        trust_model: whether an export may do more than compute.

    Raises:
        BadInput: it did not learn that, or does not write the language.
    """
    server = load_server(path, task, trust_model=trust_model)
    if task == "translation":
        check_language(to, server.languages)
        return lambda texts: predict_translations(server, texts, to)
    predict = {"sentiment": predict_sentiment, "associations": predict_associations}
    return lambda texts: predict[task](server, texts)


def predict_sentiment(server: Server, texts: list[str]) -> list[SentimentPrediction]:
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


def predict_associations(
    server: Server, texts: list[str]
) -> list[AssociationsPrediction]:
    """Return which words belong with each text, after every word of it."""
    found = _ask(server, texts)
    predictions = []
    for row, (words, known) in enumerate(zip(*_words(found), strict=True)):
        scores = found["scores"][row, : len(words)]
        # Of a small vocabulary the list is filled up with words of the text itself,
        # whose scores are those of impossible words.
        possible = scores > np.finfo(np.float32).min / 2
        related = found["related"][row, : len(words)]
        predictions.append(
            AssociationsPrediction(
                words,
                known,
                [_text(r[p]) for r, p in zip(related, possible, strict=True)],
                [s[p].tolist() for s, p in zip(scores, possible, strict=True)],
            )
        )
    return predictions


def predict_translations(
    server: Server, texts: list[str], to: str
) -> list[TranslationPrediction]:
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


def check_language(to: str, languages: tuple[str, ...]) -> None:
    """Raise BadInput unless `to` may be the code of a language that can be written."""
    one_of = f"one of {', '.join(languages)}" if languages else "such as en"
    if not to:
        raise BadInput(
            f"No language was given to translate to; expected {one_of}. Add --to CODE."
        )
    if languages and to not in languages:
        raise BadInput(
            f"--to is {to!r}, which this model does not write; expected {one_of}. "
            "Give one of these, or another --run."
        )


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
