"""Reading: which run or export answers, and what it says of texts.

A text is asked about after every word: the states that a cell carries, made visible.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from captioning.inference.read.inputs import Given
from captioning.inference.saved_model import Server, load_server
from captioning.tasks.registry import task_class
from captioning.training.embedded_runs import EMBEDDED
from captioning.training.run_directory import newest
from data_prep.datasets import load as data_set
from data_prep.errors import BadInput

# Texts asked about at once, and their characters, padding among them: enough to forget
# the cost of a call, and of long texts no more than what a gigabyte holds.
BATCH_SIZE, BATCH_CHARACTERS = 32, 50_000


class Limit(NamedTuple):
    """The longest text that a task is asked about, and why no longer."""

    words: int
    characters: int
    why: str


# A word has five letters or so; some scripts write long texts without a space.
LIMITS = {
    "sentiment": Limit(
        10_000, 80_000, "the states after all words are held in memory at once"
    ),
    "translation": Limit(
        60, 600, "it learned from single sentences of up to 60 pieces of words"
    ),
    "associations": Limit(
        2_000, 20_000, "it weighs all words it could answer after each word it reads"
    ),
}


class Verdicts(NamedTuple):
    """What was felt while reading.

    Attributes:
        words: of the text, cut at white space.
        known: of each word, whether any part of it is in the vocabulary.
        positive: after each word, how probable it is that the text is positive.
        verdict: the same, after all of it.
    """

    words: list[str]
    known: list[bool]
    positive: list[float]
    verdict: float


class Translations(NamedTuple):
    """What a text may be in another language.

    Attributes:
        translations: best first.
        scores: of each of these, by beam search.
        known: of the whole text, whether any part of it is in the vocabulary.
    """

    translations: list[str]
    scores: list[float]
    known: list[bool]


class Associated(NamedTuple):
    """What came to mind while reading.

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


Reading = Verdicts | Translations | Associated


def judge(server: Server, texts: list[str]) -> list[Verdicts]:
    """Return the verdict after every word of each text."""
    found = _ask(server, texts)
    return [
        Verdicts(
            words, known, found["positive"][row, : len(words)].tolist(), float(verdict)
        )
        for row, (words, known, verdict) in enumerate(
            zip(*_words(found), found["verdict"], strict=True)
        )
    ]


def relate(server: Server, texts: list[str]) -> list[Associated]:
    """Return what belongs with each text, after every word of it."""
    found = _ask(server, texts)
    readings = []
    for row, (words, known) in enumerate(zip(*_words(found), strict=True)):
        scores = found["scores"][row, : len(words)]
        # Few can answer: words that were read then fill the list, as if impossible.
        possible = scores > np.finfo(np.float32).min / 2
        related = found["related"][row, : len(words)]
        readings.append(
            Associated(
                words,
                known,
                [_text(r[p]) for r, p in zip(related, possible, strict=True)],
                [s[p].tolist() for s, p in zip(scores, possible, strict=True)],
            )
        )
    return readings


def translate(server: Server, texts: list[str], to: str) -> list[Translations]:
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
        Translations(_text(translations), scores.tolist(), [bool(is_known)])
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


# === Which run ===


def find_run(task: str) -> Path | None:
    """Return the newest run that learned a task, or None."""
    try:
        return newest(task)
    except BadInput:
        return None


def embedded_languages() -> tuple[str, ...]:
    """Return the codes that a translator of the embedded sentences writes."""
    name, _ = EMBEDDED[task_class("translation").kind]
    return data_set(name).LANGUAGES


# === Many texts, some of them bad ===


def reader(path: Path, task: str, to: str = "") -> Callable:
    """Return texts -> readings, by a run or an export that learned a task.

    Args:
        path: the run's directory, or the export's.
        task: "sentiment", "translation" or "associations".
        to: of a translation, the code of the language to write.

    Raises:
        BadInput: it did not learn that, or does not write the language.
    """
    server = load_server(path, task)
    if task == "translation":
        check_language(to, server.languages)
        return lambda texts: translate(server, texts, to)
    ask = {"sentiment": judge, "associations": relate}[task]
    return lambda texts: ask(server, texts)


def read_all(
    given: Iterable[Given], task: str, read: Callable
) -> Iterator[tuple[Given, Reading | None]]:
    """Yield each text with what was read in it, in order; None with bad ones.

    Args:
        given: texts, good and bad.
        task: what `read` does, by which its limit is chosen.
        read: what `reader` returned.
    """
    for batch in _batches(_within(text, LIMITS[task]) for text in given):
        texts = [some.text for some in batch if not some.error]
        readings = iter(read(texts) if texts else [])
        for some in batch:
            yield some, None if some.error else next(readings)


def _within(given: Given, limit: Limit) -> Given:
    words, characters = given.text.count(" ") + 1, len(given.text)
    if given.error or (words <= limit.words and characters <= limit.characters):
        return given
    error = (
        f"{given.where} has {words:,} words and {characters:,} characters; expected "
        f"at most {limit.words:,} and {limit.characters:,}, because {limit.why}. "
        "Give it in parts, one a line."
    )
    return given._replace(error=error)


def _batches(given: Iterable[Given]) -> Iterator[list[Given]]:
    batch: list[Given] = []
    longest = 0
    for some in given:
        size = 0 if some.error else len(some.text)
        padded = max(longest, size) * (len(batch) + 1)
        if batch and (len(batch) == BATCH_SIZE or padded > BATCH_CHARACTERS):
            yield batch
            batch, longest = [], 0
        batch.append(some)
        longest = max(longest, size)
    if batch:
        yield batch
