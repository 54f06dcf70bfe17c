"""Labels of figures in any script: which fonts to use, and what they cannot show."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

LATIN_FONT = "DejaVu Sans"  # comes with matplotlib
HANGUL_FONT = Path(__file__).parent / "fonts" / "CaptioningHangul.ttf"
# Installed fonts for what that one lacks: rare syllables, and Chinese characters.
MORE_FONTS = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "UnDotum",
)
LONGEST_WORD = 24  # letters


class Lettering(NamedTuple):
    """How words are written in a figure.

    Attributes:
        family: names of fonts, in the order in which they are tried.
        label: a function from a word to the text that these fonts can show.
    """

    family: list[str]
    label: Callable[[str], str]


@functools.cache
def lettering() -> Lettering:
    """Return the lettering: Latin, Hangul, and what an installed font adds to them.

    A character that no font has becomes a square, and words longer than `LONGEST_WORD`
    are cut.
    """
    manager = font_manager.fontManager
    manager.addfont(HANGUL_FONT)
    hangul = FT2Font(HANGUL_FONT).family_name
    installed = {font.name for font in manager.ttflist}
    family = [LATIN_FONT, hangul, *[n for n in MORE_FONTS if n in installed][:1]]
    glyphs = set()
    for name in family:
        glyphs |= set(FT2Font(font_manager.findfont(name)).get_charmap())

    def label(word: str) -> str:
        if len(word) > LONGEST_WORD:
            word = word[:LONGEST_WORD] + "..."
        # matplotlib would read dollar signs as mathematics.
        written = "".join(c if ord(c) in glyphs else "\u25a1" for c in word)
        return written.replace("$", r"\$")

    return Lettering(family, label)
