"""Words under an axis, in any script: which fonts write them, and what is left out."""

from collections.abc import Callable
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from captioning.plots.romanize import romanized

# Fonts with Hangul that systems come with, or people install; any will do.
HANGUL_FONTS = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "UnDotum",
)
LATIN_FONT = "DejaVu Sans"  # comes with matplotlib
LONGEST_WORD = 24  # letters


class Lettering(NamedTuple):
    """How words are written in a picture.

    Attributes:
        family: names of fonts, the first to be tried first.
        label: word -> what these fonts can write of it.
    """

    family: list[str]
    label: Callable[[str], str]


def lettering() -> Lettering:
    """Return the lettering that the fonts of this system allow.

    Where none has Hangul, Korean words stand in Latin letters; what no font has at all
    is a square, and the end of a word longer than `LONGEST_WORD` is left out.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    korean = [name for name in HANGUL_FONTS if name in installed][:1]
    family = [LATIN_FONT, *korean]
    glyphs = set()
    for name in family:
        glyphs |= set(FT2Font(font_manager.findfont(name)).get_charmap())

    def label(word: str) -> str:
        short = word if korean else romanized(word)
        if len(short) > LONGEST_WORD:
            short = short[:LONGEST_WORD] + "..."
        # Of no use as mathematics, which is what matplotlib takes dollars for.
        written = "".join(c if ord(c) in glyphs else "\u25a1" for c in short)
        return written.replace("$", r"\$")

    return Lettering(family, label)
