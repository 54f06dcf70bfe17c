"""Results as lines: a vocabulary or a file's name from outside steers no terminal."""

import json
from pathlib import Path

import pytest

from captioning.inference.result_text import lines_of
from captioning.inference.results import Caption, PictureResult, Tag

ODD = "a \x1b[31mred\x9b0m boat\u202e"
SHOWN = r"a \x1b[31mred\x9b0m boat\u202e"
RESULT = PictureResult(Path("\x1b[2J.jpg"), [Caption(ODD, -0.5)], tags=[Tag(ODD, 0.5)])


@pytest.mark.parametrize("shown", [1, 2, None])
def test_control_characters_are_shown(shown):
    text = "\n".join(lines_of(RESULT, shown))
    assert text.count(SHOWN) == 2 and r"\x1b[2J.jpg" in text
    assert text.replace("\n", "").isprintable()


def test_json_escapes_them_and_says_the_same():
    (line,) = lines_of(RESULT, json=True)
    assert line.isprintable()
    assert json.loads(line)["captions"] == [{"caption": ODD, "score": -0.5}]
