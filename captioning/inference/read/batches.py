"""Texts -> predictions, in batches that fit into memory; bad texts are passed over."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from captioning.inference.read.inputs import InputText

# Texts of a batch, and their characters, padding among them: enough that the cost of a
# call does not count, and of long texts no more than what a gigabyte holds.
BATCH_SIZE, BATCH_CHARACTERS = 32, 50_000


class Limit(NamedTuple):
    """The longest text that a task takes, and why no longer."""

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


def predict_all(
    texts: Iterable[InputText], task: str, predict: Callable[[list[str]], list]
) -> Iterator[tuple[InputText, object | None]]:
    """Yield each text with its prediction, in order; with None if it is a bad one.

    Args:
        texts: good and bad.
        task: "sentiment", "translation" or "associations", which decides about the
            longest text.
        predict: of an engine of texts, such as `TextEngine.predict`.
    """
    for batch in _batches(_within(text, LIMITS[task]) for text in texts):
        good = [one.text for one in batch if not one.error]
        predictions = iter(predict(good) if good else [])
        for one in batch:
            yield one, None if one.error else next(predictions)


def _within(given: InputText, limit: Limit) -> InputText:
    words, characters = given.text.count(" ") + 1, len(given.text)
    if given.error or (words <= limit.words and characters <= limit.characters):
        return given
    error = (
        f"{given.where} has {words:,} words and {characters:,} characters; expected "
        f"at most {limit.words:,} and {limit.characters:,}, because {limit.why}. "
        "Give it in parts, one a line."
    )
    return given._replace(error=error)


def _batches(texts: Iterable[InputText]) -> Iterator[list[InputText]]:
    batch: list[InputText] = []
    longest = 0
    for one in texts:
        size = 0 if one.error else len(one.text)
        padded = max(longest, size) * (len(batch) + 1)
        if batch and (len(batch) == BATCH_SIZE or padded > BATCH_CHARACTERS):
            yield batch
            batch, longest = [], 0
        batch.append(one)
        longest = max(longest, size)
    if batch:
        yield batch
