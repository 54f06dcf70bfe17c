"""Predictions, as lines for people and as JSON for programs."""

from typing import Any

from captioning.inference.read import terminal
from captioning.inference.read.inputs import InputText
from captioning.inference.read.predictions import (
    AssociationsPrediction,
    Prediction,
    SentimentPrediction,
    TranslationPrediction,
)
from data_prep.errors import printable

SHOWN_OF_A_BAD_TEXT = 200  # characters: enough to find it by


def lines_of(
    text: InputText,
    found: Prediction,
    *,
    every_word: bool = False,
    columns: int = 80,
    colour: bool = False,
) -> list[str]:
    """Return the prediction of a text as lines that any terminal can show.

    Args:
        text: as it was given.
        found: its prediction.
        every_word: of related words, show those after each word.
        columns: of the terminal.
        colour: whether to colour the words by the prediction after each.
    """
    if isinstance(found, SentimentPrediction):
        return _verdict_lines(found, columns, colour)
    if isinstance(found, TranslationPrediction):
        return [f"{printable(text.text)} -> {printable(found.translations[0])}"]
    related = [printable(", ".join(words)) for words in found.related]
    if not every_word:
        return [f"{printable(text.text)} -> {related[-1]}"]
    words = [printable(word) for word in found.words]
    wide = max(map(terminal.width, words))
    return [
        f"{terminal.padded(word, wide)} -> {after}"
        for word, after in zip(words, related, strict=True)
    ]


def _verdict_lines(found: SentimentPrediction, columns: int, colour: bool) -> list[str]:
    numbers = [
        f"{positive:.2f}" if known else f"({positive:.2f})"
        for positive, known in zip(found.positive, found.known, strict=True)
    ]
    words = [printable(word) for word in found.words]
    lines = terminal.in_columns(
        words, found.positive, numbers, columns=columns, colour=colour
    )
    verdict = verdict_name(found.verdict)
    if colour:
        verdict = terminal.shaded(verdict, found.verdict)
    unknown = len(words) - sum(found.known)
    told = f"; not known, in brackets: {unknown} of {len(words)} words"
    return [*lines, f"-> {verdict} ({found.verdict:.2f}){told if unknown else ''}"]


def verdict_name(positive: float) -> str:
    """Return what a probability means in a word."""
    return "positive" if positive > 0.5 else "negative"


def facts_of(
    text: InputText, found: Prediction | None, *, every_word: bool = False
) -> dict[str, Any]:
    """Return the prediction of a text as one object for JSON; that of a bad text is
    None."""
    if found is None:
        shown = printable(text.text, SHOWN_OF_A_BAD_TEXT)
        return {"text": shown, "error": printable(text.error)}
    if isinstance(found, SentimentPrediction):
        words = zip(found.words, found.positive, found.known, strict=True)
        facts: dict[str, Any] = {
            "words": [{"word": w, "positive": p, "known": k} for w, p, k in words],
            "verdict": verdict_name(found.verdict),
            "positive": found.verdict,
        }
    elif isinstance(found, TranslationPrediction):
        facts = {
            "translations": _listed("translation", found.translations, found.scores)
        }
    else:
        facts = _related_facts(found, every_word)
    return {"text": text.text, **facts}


def _related_facts(found: AssociationsPrediction, every_word: bool) -> dict[str, Any]:
    after_words = [
        _listed("word", related, scores)
        for related, scores in zip(found.related, found.scores, strict=True)
    ]
    words: list[dict[str, Any]] = [
        {"word": word, "known": known}
        for word, known in zip(found.words, found.known, strict=True)
    ]
    if every_word:
        for word, related in zip(words, after_words, strict=True):
            word["related"] = related
    return {"words": words, "related": after_words[-1]}


def _listed(name: str, texts: list[str], scores: list[float]) -> list[dict]:
    return [{name: t, "score": s} for t, s in zip(texts, scores, strict=True)]
