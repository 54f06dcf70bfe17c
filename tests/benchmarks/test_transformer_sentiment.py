"""Copies of texts with other words, for a Transformer to judge."""

from benchmarks.transformer_sentiment import LONG, altered

NEAREST = {"good": ["great", "bad"], "film": ["movie"]}


def test_words_become_one_of_their_nearest():
    text = "a Good film -- isn't it good ?"
    copies = list(altered([text] * 200, NEAREST, copies=9))
    assert len(copies) == 200  # it is short
    assert set(copies) > {text, "a great film -- isn't it bad ?"}
    allowed = {"a", "--", "isn't", "it", "?", "good", "Good", "film"}
    assert {word for copy in copies for word in copy.split()} == allowed | {
        *("great", "bad", "movie")
    }
    assert copies == list(altered([text] * 200, NEAREST, copies=9))


def test_a_long_text_has_several_copies():
    long = " ".join(["film"] * LONG)
    copies = list(altered([long, "film"], NEAREST, copies=3))
    assert [len(copy.split()) for copy in copies] == [LONG] * 3 + [1]
    assert len(set(copies[:3])) > 1
