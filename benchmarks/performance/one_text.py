"""Rows about one text: the whole process of `captioning.read`, from Python's start."""

import subprocess
import sys

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread

SENTENCE = "Two dogs are running through the snow and one of them has a ball."
COMMANDS = {
    "sentiment": ["sentiment", SENTENCE],
    "translation": ["translate", "--to", "de", SENTENCE],
    "associations": ["related", SENTENCE],
}


def rows(rounds: int):
    """Yield the rows, of the readers that come with the project."""

    def way(arguments):
        return lambda: subprocess.run(
            [sys.executable, "-m", "captioning.read", *arguments],
            check=True,
            capture_output=True,
        )

    seconds = in_turn({name: way(words) for name, words in COMMANDS.items()}, rounds)
    for name in COMMANDS:
        measured = f"one sentence of 14 words, the whole process, {name}, seconds"
        yield Row(
            measured, "a clock", spread(seconds[name]), 0.8, unit=" s", at_most=True
        )
