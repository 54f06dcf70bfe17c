"""Reading: from the tensors that a graph returns to what was read in each text."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.inference.read import batches, predictions, tensorflow_engine
from captioning.inference.read.inputs import InputText, of_arguments
from captioning.inference.read.lines import facts_of, lines_of
from captioning.inference.read.predictions import SentimentPrediction
from captioning.inference.saved_model import Server
from data_prep.errors import BadInput

LEAST = np.finfo(np.float32).min


def _answering(**arrays):
    """A server that answers anything with these arrays, as tensors."""
    return Server(lambda **asked: {k: tf.constant(v) for k, v in arrays.items()})


def test_verdicts_end_with_the_words():
    server = _answering(
        words=[[b"not", b"bad"], ["배".encode(), b""]],
        known=[[True, True], [False, False]],
        positive=[[0.25, 0.75], [0.5, 0.5]],
        verdict=[0.75, 0.5],
    )
    first, second = tensorflow_engine.predict_sentiment(server, ["not bad", "배"])
    assert first == SentimentPrediction(
        ["not", "bad"], [True, True], [0.25, 0.75], 0.75
    )
    assert second == SentimentPrediction(["배"], [False], [0.5], 0.5)


def test_words_that_were_read_do_not_fill_the_list():
    server = _answering(
        words=[[b"boat"]],
        known=[[True]],
        related=[[[b"water", b"boat"]]],
        scores=np.float32([[[-0.5, LEAST]]]),
    )
    (found,) = tensorflow_engine.predict_associations(server, ["boat"])
    assert found.related == [["water"]] and found.scores == [[-0.5]]


def test_a_language_must_be_one_that_is_written():
    server = Server(lambda **asked: pytest.fail("was asked"), ("en", "de"))
    with pytest.raises(BadInput, match="expected one of en, de. Add --to"):
        tensorflow_engine.predict_translations(server, ["boat"], "")
    with pytest.raises(BadInput, match="'fr', which this model does not write.*en, de"):
        tensorflow_engine.predict_translations(server, ["boat"], "fr")

    @tf.function
    def refuse(texts, to):
        with tf.control_dependencies([tf.debugging.Assert(False, ["none of them"])]):
            return {"translations": texts[:, None], "scores": tf.zeros((1, 1))}

    with pytest.raises(BadInput, match="'fr', which this export does not write"):
        tensorflow_engine.predict_translations(Server(refuse), ["boat"], "fr")


def _echo(texts):
    return [SentimentPrediction([text], [True], [0.5], 0.5) for text in texts]


def test_good_and_bad_texts_keep_their_order():
    texts = ["one", "", "two", "caf\udce9", "three"] * 20
    found = list(batches.predict_all(of_arguments(texts), "sentiment", _echo))
    assert [f.words[0] if f else None for _, f in found] == [
        "one",
        None,
        "two",
        None,
        "three",
    ] * 20
    assert all(bool(given.error) == (f is None) for given, f in found)


def test_long_texts_do_not_share_a_batch_with_many():
    sizes = []

    def read(texts):
        sizes.append(len(texts) * max(map(len, texts)))
        return _echo(texts)

    texts = ["x" * 10] * 100 + ["y" * 40_000] + ["z" * 10] * 100
    given = [InputText("the text", text) for text in texts]
    assert len(list(batches.predict_all(given, "sentiment", read))) == 201
    assert max(sizes) <= batches.BATCH_CHARACTERS
    assert len(sizes) < 12


@pytest.mark.parametrize("task", batches.LIMITS)
def test_a_text_that_is_too_long_is_told_the_limit_and_why(task):
    limit = batches.LIMITS[task]
    longest = " ".join(["w"] * limit.words)
    for text in (longest + " w", "x" * (limit.characters + 1)):
        ((given, found),) = batches.predict_all(
            of_arguments([text]), task, lambda texts: pytest.fail("was read")
        )
        assert found is None
        assert f"{limit.words:,}" in given.error and limit.why in given.error
    ((given, found),) = batches.predict_all(of_arguments([longest]), task, _echo)
    assert found and not given.error


# === Lines ===


def test_unknown_words_have_their_number_in_brackets():
    found = SentimentPrediction(["a", "xyzzy"], [True, False], [0.5, 0.25], 0.25)
    given = InputText("the text", "a xyzzy")
    assert lines_of(given, found) == [
        "a    xyzzy",
        "0.50 (0.25)",
        "-> negative (0.25); not known, in brackets: 1 of 2 words",
    ]
    assert facts_of(given, found) == {
        "text": "a xyzzy",
        "words": [
            {"word": "a", "positive": 0.5, "known": True},
            {"word": "xyzzy", "positive": 0.25, "known": False},
        ],
        "verdict": "negative",
        "positive": 0.25,
    }


def test_words_cannot_steer_the_terminal():
    found = SentimentPrediction(["\x1b[2J"], [False], [0.5], 0.5)
    lines = lines_of(InputText("the text", "\x1b[2J"), found)
    assert "\x1b" not in "".join(lines)
    words, scores = ["boat", "\x1b[2J"], [-1.0, -2.0]
    related = predictions.AssociationsPrediction(["a"], [True], [words], [scores])
    for every_word in (False, True):
        (line,) = lines_of(InputText("text", "a"), related, every_word=every_word)
        assert line == r"a -> boat, \x1b[2J"


def test_related_words_after_the_last_word_or_after_every_word():
    found = predictions.AssociationsPrediction(
        ["boat", "배"], [True, True], [["water"], ["sea", "sky"]], [[-1.0], [-1, -2]]
    )
    given = InputText("the text", "boat 배")
    assert lines_of(given, found) == ["boat 배 -> sea, sky"]
    assert lines_of(given, found, every_word=True) == [
        "boat -> water",
        "배   -> sea, sky",
    ]
    facts = facts_of(given, found, every_word=True)
    assert facts["related"] == [
        {"word": "sea", "score": -1},
        {"word": "sky", "score": -2},
    ]
    assert facts["words"][0]["related"] == [{"word": "water", "score": -1.0}]
    assert "related" not in facts_of(given, found)["words"][0]
