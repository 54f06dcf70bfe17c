"""The letters of a picture: any script, never mathematics, never too long."""

import pytest

from captioning.plots import lettering


@pytest.fixture
def latin(monkeypatch):
    """The lettering of a system without any font for Hangul."""
    monkeypatch.setattr(lettering, "HANGUL_FONTS", ())
    return lettering.lettering()


def test_korean_stands_in_latin_letters_where_no_font_has_it(latin):
    assert latin.family == [lettering.LATIN_FONT]
    assert latin.label("나는") == "naneun"
    assert latin.label("boat") == "boat"


def test_what_no_font_has_is_a_square_and_dollars_are_no_mathematics(latin):
    assert latin.label("船") == "\u25a1"
    assert latin.label("$x$") == r"\$x\$"


def test_the_end_of_a_long_word_is_left_out(latin):
    longest = "x" * lettering.LONGEST_WORD
    assert latin.label(longest) == longest
    assert latin.label(longest + "x") == longest + "..."
