"""Labels of figures: Hangul, any other script, dollar signs, long words."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from captioning.plots import lettering
from captioning.plots.training_curves import draw_captions


@pytest.fixture
def own(monkeypatch):
    """The lettering of a system on which no further font is installed."""
    monkeypatch.setattr(lettering, "MORE_FONTS", ())
    lettering.lettering.cache_clear()
    yield lettering.lettering()
    lettering.lettering.cache_clear()


def test_korean_stays_korean(own):
    assert own.family == [lettering.LATIN_FONT, "Captioning Hangul"]
    assert own.label("나는") == "나는"
    assert own.label("boat") == "boat"


def drawn(text, family):
    """Return the pixels of a figure with a text."""
    figure = Figure(figsize=(2, 1))
    canvas = FigureCanvasAgg(figure)
    figure.text(0.1, 0.4, text, fontfamily=family, fontsize=20)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def test_hangul_is_drawn_by_its_own_font_without_a_warning(own):
    boat, water = drawn("배", own.family), drawn("물", own.family)
    assert boat.min() < 100  # ink
    assert np.any(boat != water)  # and no square for both
    np.testing.assert_array_equal(boat, drawn("배", ["Captioning Hangul"]))


def test_every_syllable_of_the_standard_has_a_glyph(own):
    standard = [chr(c) for c in range(0xAC00, 0xD7A4) if _in_ks_x_1001(chr(c))]
    assert len(standard) == 2350
    assert [c for c in standard if own.label(c) != c] == []


def _in_ks_x_1001(syllable):
    try:
        return len(syllable.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def test_unknown_characters_become_squares_and_dollars_are_escaped(own):
    assert own.label("船") == "\u25a1"
    assert own.label("$x$") == r"\$x\$"


def test_long_words_are_cut(own):
    longest = "x" * lettering.LONGEST_WORD
    assert own.label(longest) == longest
    assert own.label(longest + "x") == longest + "..."


def test_what_a_sheet_of_captions_cannot_show_is_said(own, tmp_path):
    pictures = [np.zeros((8, 8, 3), np.uint8)] * 2
    path = tmp_path / "captions.png"
    assert draw_captions(pictures, ["배가 있다 $1", "a dog"], path) == ""
    assert draw_captions(pictures, ["一只狗" * 12, "a □"], path) == "一只狗"
    assert path.exists()
