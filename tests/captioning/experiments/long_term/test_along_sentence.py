"""Gradient and forget gate at each word, against differences and the equation."""

import numpy as np
import pytest

from captioning import gap
from captioning.experiments.long_term.along_sentence import (
    ANSWER,
    FILLER,
    WORDS_READ,
    read_sentence,
    table,
)
from captioning.experiments.long_term.boat_sentences import ASIDES, WORDS_PER_ASIDE
from captioning.experiments.long_term.cloze import WORDS, build_word_model, encode
from captioning.plots.long_term import draw_sentence
from data_prep.errors import BadInput


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_the_sentence_is_one_that_the_models_learn():
    text = " ".join(WORDS_READ)
    assert text.startswith("the boat is on the water . ")
    between = text.removeprefix("the boat is on the water . ").removesuffix(" a")
    words = between.split()
    asides = [
        " ".join(words[i : i + WORDS_PER_ASIDE])
        for i in range(0, len(words), WORDS_PER_ASIDE)
    ]
    assert len(asides) == FILLER
    assert set(asides) <= set(ASIDES)


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_the_gradient_is_how_much_the_answer_moves_with_a_word(cell, seeded):
    model = build_word_model(cell, FILLER)
    words = WORDS_READ[:6]
    reading = read_sentence(model, cell, words)
    logits = model(encode([words]))[0, -1].numpy()
    p = np.exp(logits) / np.exp(logits).sum()
    assert reading.probability == pytest.approx(p[WORDS.index(ANSWER)], rel=1e-4)
    # Of a word that occurs once, the gradient by its embedding is that by x_t.
    place = words.index("boat")
    table = model.embedding.get_weights()[0]
    slopes = []
    for column in range(table.shape[1]):
        log_p = []
        for step in (0.01, -0.01):
            moved = table.copy()
            moved[WORDS.index("boat"), column] += step
            model.embedding.set_weights([moved])
            # The same table is the output's: of its rows only the answer's counts here.
            hidden = model.readout(
                model.recurrence(model.embedding(encode([words])))[0]
            )
            logits = hidden[0, -1].numpy() @ table.T
            log_p.append(logits[WORDS.index(ANSWER)] - np.log(np.exp(logits).sum()))
        slopes.append((log_p[0] - log_p[1]) / 0.02)
    assert reading.gradients[place] == pytest.approx(np.linalg.norm(slopes), rel=0.02)


def test_the_gates_are_those_of_the_equation(seeded):
    model = build_word_model("lstm", FILLER)
    reading = read_sentence(model, "lstm")
    kernel, recurrent, bias = model.recurrence.cell.get_weights()
    units = model.recurrence.cell.units
    x = model.embedding(encode([WORDS_READ]))[0].numpy()
    h, c, gates = np.zeros(units), np.zeros(units), []
    for x_t in x:
        i, f, g, o = np.split(x_t @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        gates.append(sigmoid(f))
    expected = np.array(gates)
    expected = expected[:, np.argsort(-expected.mean(axis=0))]
    np.testing.assert_allclose(reading.forget_gates, expected, atol=1e-5)


def test_the_command_trains_prints_and_draws(tmp_path, capsys):
    flags = ["--sentence", "--cells", "lstm", "--steps", "3", "--out"]
    assert gap.main([*flags, str(tmp_path)]) == 0
    assert "P(sailor): 0." in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["sentence.png"]


@pytest.mark.parametrize(
    "flags",
    [
        ["--boat"],
        ["--draw"],
        ["--gaps", "2"],
        ["--boat", "--force"],
        ["--seeds", "3"],
        ["--processes", "2"],
        ["--word-scale", "1"],
    ],
)
def test_options_that_one_sentence_does_not_have_are_refused(flags, tmp_path):
    with pytest.raises(BadInput, match=f"--sentence was given with .*{flags[0]}"):
        gap.main(["--sentence", *flags, "--out", str(tmp_path / "new")])
    assert not list(tmp_path.iterdir())


def test_table_and_figure(seeded, tmp_path):
    readings = [
        read_sentence(build_word_model(cell, FILLER), cell)
        for cell in ("elman", "lstm_chrono")
    ]
    assert readings[0].forget_gates is None
    lines = table(readings).splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == list(WORDS_READ)
    assert lines[-1].startswith("P(sailor): 0.")
    draw_sentence(readings, tmp_path / "sentence.png")
    draw_sentence(readings[:1], tmp_path / "elman.png")  # no gates to draw
    assert (tmp_path / "sentence.png").stat().st_size > 10_000
