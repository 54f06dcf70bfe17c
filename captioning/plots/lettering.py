"""Labels of figures in any script: which fonts to use, and what they cannot show."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

LATIN_FONT = "DejaVu Sans"  # comes with matplotlib
HANGUL_FONT = Path(__file__).parent / "fonts" / "CaptioningHangul.ttf"
# Fonts for what these lack, where they are installed: rare syllables, other scripts.
MORE_FONTS = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "UnDotum",
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
    *("PingFang SC", "Hiragino Sans", "Microsoft YaHei", "SimHei", "Yu Gothic"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai"),
    *("Arial Unicode MS", "Nirmala UI", "Leelawadee UI", "FreeSans", "Unifont"),
)
LONGEST_WORD = 24  # letters
SQUARE = "\u25a1"


class Lettering(NamedTuple):
    """How words are written in a figure.

    Attributes:
        family: names of fonts, in the order in which they are tried.
        label: a function from a word to the text that these fonts can show, cut if it
            is longer than `LONGEST_WORD`.
        written: the same of a whole text, which is not cut.
    """

    family: list[str]
    label: Callable[[str], str]
    written: Callable[[str], str]


@functools.cache
def lettering() -> Lettering:
    """Return the lettering: Latin, Hangul, and what an installed font adds to them.

    A character that no font has becomes `SQUARE`.
    """
    manager = font_manager.fontManager
    manager.addfont(HANGUL_FONT)
    hangul = FT2Font(HANGUL_FONT).family_name
    installed = {font.name for font in manager.ttflist}
    family = [LATIN_FONT, hangul, *(n for n in MORE_FONTS if n in installed)]
    glyphs = set()
    for name in family:
        glyphs |= set(FT2Font(font_manager.findfont(name)).get_charmap())

    def written(text: str) -> str:
        shown = "".join(c if ord(c) in glyphs or c == "\n" else SQUARE for c in text)
        # matplotlib would read dollar signs as mathematics.
        return shown.replace("$", r"\$")

    def label(word: str) -> str:
        cut = word[:LONGEST_WORD] + "..." if len(word) > LONGEST_WORD else word
        return written(cut)

    return Lettering(family, label, written)
