"""Labels of figures: any script, dollar signs, long words."""

import pytest

from captioning.plots import lettering


@pytest.fixture
def latin(monkeypatch):
    """The lettering of a system without a font for Hangul."""
    monkeypatch.setattr(lettering, "HANGUL_FONTS", ())
    return lettering.lettering()


def test_korean_is_romanized_without_a_font_for_it(latin):
    assert latin.family == [lettering.LATIN_FONT]
    assert latin.label("나는") == "naneun"
    assert latin.label("boat") == "boat"


def test_unknown_characters_become_squares_and_dollars_are_escaped(latin):
    assert latin.label("船") == "\u25a1"
    assert latin.label("$x$") == r"\$x\$"


def test_long_words_are_cut(latin):
    longest = "x" * lettering.LONGEST_WORD
    assert latin.label(longest) == longest
    assert latin.label(longest + "x") == longest + "..."
