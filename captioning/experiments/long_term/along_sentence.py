"""What a cell does at each word of a sentence: the gradient that arrives there, and how
open the forget gate is.

The sentence is the lesson's, with something else in between: the boat is on the water.
... A ___, and the sailor belongs to the boat.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from captioning.experiments.long_term.cloze import WORDS, WordModel, encode
from captioning.nn.cells import LSTMCell

WORDS_READ = tuple(
    "the boat is on the water . the wind is cold . the sun is low . "
    "a gull flies by . a".split()
)
FILLER = 3  # sentences in between
ANSWER = "sailor"


class Reading(NamedTuple):
    """What a trained cell does at each word.

    Attributes:
        cell: one of `comparable_cells.CELLS`.
        words: that were read, up to the blank.
        answer: the word in the blank.
        probability: of the answer.
        gradients: ``(words,)``, the norm of d log p(answer) / d x_t.
        forget_gates: ``(words, units)``, the units in the order of their mean; None of
            a cell without such gates.
    """

    cell: str
    words: Sequence[str]
    answer: str
    probability: float
    gradients: np.ndarray
    forget_gates: np.ndarray | None


def read_sentence(
    model: WordModel, cell: str, words: Sequence[str] = WORDS_READ, answer: str = ANSWER
) -> Reading:
    """Let a trained word model read the words, and return what its cell did."""
    token_ids = tf.constant(encode([words]))
    inputs = model.embedding(token_ids)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs, _ = model.recurrence(inputs)
        logits = tf.matmul(
            model.readout(outputs[:, -1]), model.embedding.embeddings, transpose_b=True
        )
        log_p = tf.nn.log_softmax(logits)[0, WORDS.index(answer)]
    return Reading(
        cell,
        words,
        answer,
        float(tf.exp(log_p)),
        np.linalg.norm(tape.gradient(log_p, inputs)[0], axis=-1),
        _forget_gates(model.recurrence.cell, inputs),
    )


def _forget_gates(cell, inputs) -> np.ndarray | None:
    """Return f_t of an `LSTMCell` that reads ``(1, time, input_dim)``."""
    if not isinstance(cell, LSTMCell):
        return None
    projected = cell.project_inputs(keras.ops.cast(inputs, cell.compute_dtype))
    states, gates = cell.get_initial_state(1), []
    for t in range(inputs.shape[1]):
        before = projected[:, t] + cell.project_state(states[0])
        states, (_, f, *_) = cell.activate(before, states)
        gates.append(f[0].numpy())
    kept = np.stack(gates)
    return kept[:, np.argsort(-kept.mean(axis=0))]


def table(readings: Sequence[Reading]) -> str:
    """Return the gradient at each word, and the mean of the forget gates, as text."""
    lines = [
        "word    " + "".join(f"  {r.cell + ': gradient, gate':>29}" for r in readings)
    ]
    for t, word in enumerate(readings[0].words):
        cells = ""
        for reading in readings:
            gates = reading.forget_gates
            gate = "" if gates is None else f"{gates[t].mean():.2f}"
            cells += f"  {reading.gradients[t]:>23.1e} {gate:>5}"
        lines.append(f"{word:8}{cells}")
    said = ", ".join(f"{r.probability:.2f} ({r.cell})" for r in readings)
    return "\n".join([*lines, f"P({readings[0].answer}): {said}"])
