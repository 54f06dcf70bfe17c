"""The long-term dependency problem: recall a word from ``gap`` steps ago.

`batch` draws sentences: a thing of the harbour, ``gap`` - 1 unrelated words, and the
question "what", whose answer is the thing. Only memory helps: without the first word, a
guess is right with probability `CHANCE`. (The "latch" task of Bengio, Simard & Frasconi
1994, in words.)

As a data set of the kind "gap", which needs no source, it yields the sentences of
`batch` with the index of the thing as label. Options: ``count`` training sentences (dev
and test get a tenth of it, at least 100 each), ``gap``, ``seed``. Splits are drawn
independently; at gap 1 there are only as many sentences as things.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from data_prep.examples import Labelled, Skipped
from data_prep.harbour.sampling import check_at_least, split_sizes
from data_prep.text.special_tokens import UNK

NEEDS_SOURCE = False
KIND = "gap"
TOKENIZER = "words"

THINGS = ("boat", "buoy", "gull", "island", "lighthouse", "pier", "sailor", "steamer")
CHANCE = 1 / len(THINGS)
FILLER = (
    *("and", "then", "the", "wind", "waves", "come", "go", "rise", "fall", "again"),
    *("slowly", "softly", "cold", "salt", "foam", "night"),
)
QUESTION = "what"
# The position of a word is its id. The special tokens (`text.special_tokens`) come
# first, so that 0 can be masked; these sentences contain none of them.
VOCABULARY = ("<pad>", "<unk>", "<start>", "<end>", *THINGS, *FILLER, QUESTION)
_IDS = {word: number for number, word in enumerate(VOCABULARY)}

COUNT, GAP = 4_000, 10


def batch(
    rng: np.random.Generator, batch_size: int, gap: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw sentences of ``gap`` + 1 words: ``gap`` steps from thing to question.

    Returns:
        token_ids, int32 ``(batch, gap + 1)``; and answers, int32 ``(batch,)``, the
        index of each thing in `THINGS`, uniformly distributed.

    Raises:
        BadInput: ``batch_size`` or ``gap`` is less than one.
    """
    check_at_least("the gap sentences", 1, batch_size=batch_size, gap=gap)
    answers = rng.integers(len(THINGS), size=batch_size, dtype=np.int32)
    fillers = rng.integers(len(FILLER), size=(batch_size, gap - 1), dtype=np.int32)
    questions = np.full((batch_size, 1), _IDS[QUESTION], np.int32)
    things = answers[:, None] + np.int32(_IDS[THINGS[0]])
    fillers += np.int32(_IDS[FILLER[0]])
    return np.concatenate([things, fillers, questions], axis=1), answers


def words(token_ids: Iterable[int]) -> str:
    """Return a sentence, ids ``(time,)``, as text."""
    return " ".join(VOCABULARY[number] for number in token_ids)


def ids(text: str) -> np.ndarray:
    """Return the ids ``(time,)`` of a text, int32; 1 for an unknown word."""
    return np.array([_IDS.get(word, UNK) for word in text.split()], np.int32)


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    gap: int = GAP,
    seed: int = 0,
) -> Iterator[Labelled]:
    """Yield the sentences; ``label`` is the answer's index."""
    check_at_least("the gap sentences", 1, count=count, gap=gap)
    check_at_least("the gap sentences", 0, seed=seed)
    return _generate(count, gap, seed)


def _generate(count: int, gap: int, seed: int) -> Iterator[Labelled]:
    for number, (split, total) in enumerate(split_sizes(count).items()):
        rng = np.random.default_rng([seed, number])
        for sentence, answer in zip(*batch(rng, total, gap), strict=True):
            yield Labelled(split, words(sentence), int(answer))
