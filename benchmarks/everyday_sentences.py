"""python -m benchmarks.everyday_sentences: sentiment of everyday sentences that turn.

`everyday_sentences.tsv` has sentences of everyday life in Korean and English, written
by hand before any model was trained for them: half of them end well, about half have a
negation, and each has a word at which its mood turns, such as "unfortunately", or "but"
after a phrase of the opposite mood. The dev split is for choices; test is measured.

A sentence is right if the verdict after its last word is that of its label. It turned
at the first word from which on the verdict stays right; that is counted where it is at
most one word from the word marked.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.arguments import parser_of
from captioning.inference.read import choose_engine
from data_prep.errors import exit_on_bad_input

FILE = Path(__file__).with_suffix(".tsv")
LANGUAGES = ("ko", "en")


class Sentence(NamedTuple):
    """A sentence of the file.

    Attributes:
        label: 1 if it ends well, 0 if not.
        turn: the place of the word at which its mood turns, from 0.
    """

    split: str
    language: str
    label: int
    turn: int
    text: str


def main() -> int:
    parser = parser_of(
        "everyday_sentences",
        "Score the sentiment of everyday sentences, after every word.",
        "--run runs/nsmc --split dev",
    )
    parser.add_argument(
        "--run",
        type=Path,
        required=True,
        metavar="RUN",
        help="a run that learned sentiment, an export of one, or a .tflite file",
    )
    parser.add_argument(
        "--split",
        choices=("dev", "test"),
        default="test",
        help="the sentences (default: %(default)s)",
    )
    flags = parser.parse_args()
    engine = choose_engine.load(flags.run, "sentiment")
    for language in LANGUAGES:
        sentences = [s for s in load(flags.split) if s.language == language]
        found = engine.predict([sentence.text for sentence in sentences])
        right, turned = measure(sentences, [one.positive for one in found])
        print(
            f"{language}: of {len(sentences)} sentences {right} right at the end, "
            f"{turned} turned within a word of the right one"
        )
    return 0


def load(split: str) -> list[Sentence]:
    """Return the sentences of "dev" or of "test"."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [
        Sentence(where, language, int(label), int(turn), text)
        for where, language, label, turn, text in rows
        if where == split
    ]


def measure(
    sentences: Sequence[Sentence], verdicts: Sequence[Sequence[float]]
) -> tuple[int, int]:
    """Return how many sentences are right at the end, and how many turned where they
    should.

    Args:
        sentences: with their labels and turns.
        verdicts: of each, after each word, the probability that it is positive.
    """
    right = turned = 0
    for sentence, positive in zip(sentences, verdicts, strict=True):
        wrong = [
            place
            for place, probability in enumerate(positive)
            if (probability > 0.5) != sentence.label
        ]
        turn = wrong[-1] + 1 if wrong else 0
        if turn < len(positive):
            right += 1
            turned += abs(turn - sentence.turn) <= 1
    return right, turned


if __name__ == "__main__":
    exit_on_bad_input(main)
