"""What is predicted of texts: results, and the engines' contract. No TensorFlow.

Sentiment and related words are predicted after every word of a text, from the state
that the cell has there.
"""

from typing import NamedTuple, Protocol

from data_prep.errors import BadInput

MASKED = -1e38  # log probabilities below are those of words that cannot be


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


class TextEngine(Protocol):
    """What reads texts, loaded and ready; `read.choose_engine` chooses one.

    `litert.text_engine.LiteRTTextEngine` runs a .tflite file, without TensorFlow;
    `read.tensorflow_engine.TensorFlowTextEngine` a run or a SavedModel. Of one set of
    float32 weights both say the same.

    Attributes:
        languages: codes of those that it writes; () if it does not say, or translates
            nothing.
    """

    languages: tuple[str, ...]

    def predict(self, texts: list[str], to: str = "") -> list[Prediction]:
        """Return the prediction of each text.

        Args:
            texts: in the form of `data_prep.text.clean`, none of them empty.
            to: of a translation, the code of the language to write.

        Raises:
            BadInput: it does not write that language.
        """
        ...


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


def possible(words: list[str], scores: list[float]) -> tuple[list[str], list[float]]:
    """Return related words and their scores, best first, without those that fill a list
    up. Of a small vocabulary they are words of the text itself, which were masked."""
    count = sum(score > MASKED for score in scores)
    return words[:count], scores[:count]
