"""A picture of reading: the verdict after every word."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import font_manager
from matplotlib.figure import Figure
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
MOST_WORDS = 60  # of a text; more could not be told apart
LONGEST_WORD = 24  # letters under the axis


def draw_verdicts(readings: Sequence, path: Path | None = None) -> Figure:
    """Draw how a reader leans after every word, a panel a text.

    Where no font of the system has Hangul, Korean words stand in Latin letters; what no
    font has at all is a square.

    Args:
        readings: of `reading.Verdicts`; of a long one, its first `MOST_WORDS` words.
        path: a PNG file, written over; or None, for a notebook.
    """
    longest = max(min(len(reading.words), MOST_WORDS) for reading in readings)
    figure = Figure(
        figsize=(max(5, 1 + 0.55 * longest), 2.9 * len(readings)), layout="constrained"
    )
    panels = figure.subplots(len(readings), 1, squeeze=False)[:, 0]
    for axes, reading in zip(panels, readings, strict=True):
        _draw(axes, reading)
    if path is not None:
        figure.savefig(path, dpi=120)
    return figure


def _draw(axes, reading) -> None:
    words, positive = reading.words[:MOST_WORDS], reading.positive[:MOST_WORDS]
    places = range(len(words))
    axes.axhspan(0.5, 1, color="#009E73", alpha=0.10, linewidth=0)
    axes.axhspan(0, 0.5, color="#D55E00", alpha=0.10, linewidth=0)
    axes.axhline(0.5, color="black", linewidth=0.6)
    axes.plot(places, positive, "-", color="black", linewidth=1)
    axes.scatter(
        places,
        positive,
        c=positive,
        cmap="RdYlGn",
        vmin=0,
        vmax=1,
        edgecolors="black",
        zorder=3,
    )
    family, label = _lettering()
    axes.set_xticks(
        list(places),
        [label(word) for word in words],
        rotation=40,
        ha="right",
        rotation_mode="anchor",
        fontfamily=family,
    )
    left = len(reading.words) - len(words)
    axes.set(
        ylim=(0, 1),
        ylabel="P(positive | words so far)",
        xlabel=f"and {left} more words" if left else "",
    )
    axes.grid(alpha=0.3)


def _lettering():
    """Return the fonts to write words with, and word -> what they can write of it."""
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

    return family, label
