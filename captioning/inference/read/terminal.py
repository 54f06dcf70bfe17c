"""Words for a terminal: side by side, numbers under them, coloured where it can."""

import os
import unicodedata
from collections.abc import Sequence
from typing import TextIO

# From red over grey to green, light enough behind black letters; of xterm's 256.
SHADES = (160, 167, 174, 181, 188, 151, 114, 77, 40)


def wants_colour(file: TextIO) -> bool:
    """Say whether colours are welcome: on a terminal, unless NO_COLOR is set
    (no-color.org) or the terminal is dumb."""
    return (
        file.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def width(text: str) -> int:
    """Return how many columns a text takes: Korean syllables two each, accents none."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, columns: int) -> str:
    """Return the text with spaces behind it, up to a number of columns."""
    return text + " " * (columns - width(text))


def shaded(text: str, probability: float) -> str:
    """Return the text on a ground between red, 0, and green, 1."""
    step = min(int(probability * len(SHADES)), len(SHADES) - 1)
    return f"\x1b[30;48;5;{SHADES[step]}m{text}\x1b[0m"


def in_columns(
    words: Sequence[str],
    probabilities: Sequence[float],
    under: Sequence[str],
    *,
    columns: int,
    colour: bool,
) -> list[str]:
    """Return lines of words, with something under each.

    Args:
        words: from left to right.
        probabilities: one a word, what colours it.
        under: one a word, what stands below it.
        columns: of the terminal; a word that is wider has lines of its own.
        colour: whether to colour the words.
    """
    lines: list[str] = []
    above, below, used = "", "", 0
    for word, probability, note in zip(words, probabilities, under, strict=True):
        wide = max(width(word), width(note))
        if used and used + 1 + wide > columns:
            lines += [above.rstrip(), below.rstrip()]
            above, below, used = "", "", 0
        shown = shaded(word, probability) if colour else word
        between = " " if used else ""
        above += between + shown + " " * (wide - width(word))
        below += between + padded(note, wide)
        used += len(between) + wide
    return [*lines, above.rstrip(), below.rstrip()]
