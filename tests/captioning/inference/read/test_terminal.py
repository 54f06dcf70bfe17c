"""Terminals: what is aligned stays aligned, in any script; colours are asked for."""

import io
import re

from captioning.inference.read import terminal


def _bare(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_hangul_is_twice_as_wide_and_accents_have_no_width():
    assert terminal.width("boat") == 4
    assert terminal.width("나는") == 4
    assert terminal.width("cafe\u0301") == 4
    assert terminal.padded("배", 4) + "|" == "배  |"


def test_numbers_stand_under_their_words():
    words = ["나는", "불행하게도", "a", "sad"]
    numbers = ["0.50", "0.11", "(0.12)", "0.99"]
    for colour in (False, True):
        above, below = terminal.in_columns(
            words, [0.5, 0.1, 0.1, 0.0], numbers, columns=80, colour=colour
        )
        above = _bare(above)
        for word, number in zip(words, numbers, strict=True):
            assert terminal.width(above[: above.index(word)]) == below.index(number)


def test_lines_fit_the_terminal_and_nothing_is_lost():
    words = [f"word{number}" for number in range(30)] + ["x" * 50]
    lines = terminal.in_columns(
        words, [0.5] * 31, ["0.50"] * 31, columns=24, colour=False
    )
    assert all(terminal.width(line) <= 24 for line in lines[:-2])
    assert " ".join(lines[::2]).split() == words
    assert lines[-2:] == ["x" * 50, "0.50"]


def test_shades_go_from_red_to_green():
    shades = [terminal.shaded("w", p) for p in (0.0, 0.5, 1.0)]
    assert [_bare(shade) for shade in shades] == ["w"] * 3
    assert [shade.split(";")[3].split("m")[0] for shade in shades] == [
        "160",
        "188",
        "40",
    ]


def test_colour_is_for_terminals_that_want_it(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal.wants_colour(Terminal())
    assert not terminal.wants_colour(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not terminal.wants_colour(Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.wants_colour(Terminal())
