"""Labels of figures in any script: which fonts to use, and what they cannot show."""

from collections.abc import Callable
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from captioning.plots.romanize import romanized

# Fonts with Hangul that are common on Linux, Windows and macOS; any of them will do.
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
    """How words are written in a figure.

    Attributes:
        family: names of fonts, in the order in which they are tried.
        label: a function from a word to the text that these fonts can show.
    """

    family: list[str]
    label: Callable[[str], str]


def lettering() -> Lettering:
    """Return the lettering for the fonts that are installed.

    Without a font that has Hangul, Korean words are romanized. A character that no font
    has becomes a square, and words longer than `LONGEST_WORD` are cut.
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
        # matplotlib would read dollar signs as mathematics.
        written = "".join(c if ord(c) in glyphs else "\u25a1" for c in short)
        return written.replace("$", r"\$")

    return Lettering(family, label)
