"""Curves of sentiment: a point for every word, any script, no warnings."""

from PIL import Image

from captioning.inference.read.predictions import SentimentPrediction
from captioning.plots.reading_curves import MOST_WORDS, draw_verdicts


def _verdicts(words, positive=None):
    positive = positive or [0.5] * len(words)
    return SentimentPrediction(list(words), [True] * len(words), positive, positive[-1])


def test_each_word_has_a_label_and_a_point(tmp_path):
    path = tmp_path / "read.png"
    figure = draw_verdicts(
        [_verdicts(["not", "bad"], [0.25, 0.75]), _verdicts(["배"])], path
    )
    first, second = figure.axes
    assert [label.get_text() for label in first.get_xticklabels()] == ["not", "bad"]
    (dots,) = first.collections[-1:]
    assert dots.get_offsets().tolist() == [[0, 0.25], [1, 0.75]]
    assert second.get_xticklabels()[0].get_text() in ("배", "bae")
    with Image.open(path) as picture:
        assert picture.width > 400


def test_any_script_and_any_length_is_drawn_without_a_warning(tmp_path):
    words = ["$x_$", "\\frac", "船", "\u200b", "배" * 5000, "ㅋㅋ", "👩‍🚀"] * 20
    figure = draw_verdicts([_verdicts(words)], tmp_path / "read.png")
    (axes,) = figure.axes
    assert len(axes.get_xticklabels()) == MOST_WORDS
    assert "80 more" in axes.get_xlabel()
