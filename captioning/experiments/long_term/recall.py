"""The long-term dependency problem, measured: which cell knows a word of long ago.

A sequence says one word at its start and, `gap` steps later, it is asked for
(`data_prep.datasets.gap`). Every cell reads the same sequences with the same optimizer,
the same clipping and the same number of parameters, for as many steps at most; a run
ends early when the task is solved, by one rule for all.
"""

import dataclasses
import time
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from captioning.experiments.long_term.state_jacobians import gradient_norms
from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.nn.rnn import Recurrence
from data_prep.datasets import gap as sequences

CELLS = ("elman", "lstm", "lstm_chrono")
GAPS = (1, 2, 5, 10, 20, 50, 100, 200)
SEEDS = (0, 1, 2)
LOOK_BACK = 10  # batches: with 64 sequences each, 0.99 is known to 0.004
TEST_SEED = 1_000_000  # no run's
JACOBIAN_SEQUENCES = 8  # the mean of more moves by less than the line is wide


@dataclasses.dataclass(frozen=True)
class Budget:
    """What every cell gets alike.

    Attributes:
        steps: the most that a run takes, in batches.
        batch_size: sequences a step.
        learning_rate: of Adam.
        clip: the norm that a gradient is cut down to.
        lstm_units: of the LSTM; the Elman cell gets as many units as make its model's
            number of parameters the same.
        embedding_dim: of a word.
        word_scale: standard deviation of the embedding at the start. The cells' kernel
            is initialized for inputs of variance 1 (Glorot & Bengio 2010). It matters
            to the Elman cell: of small words its tanh is next to a line, and an
            orthogonal line forgets nothing.
        solved: a run ends when its last `LOOK_BACK` batches were answered right to
            this share, each before it was learned from. They are new sequences: none is
            drawn twice but by chance.
    """

    steps: int = 1000
    batch_size: int = 64
    learning_rate: float = 3e-3
    clip: float = 1.0
    lstm_units: int = 32
    embedding_dim: int = 16
    word_scale: float = 1.0
    solved: float = 0.99

    def __post_init__(self):
        for name in ("steps", "batch_size", "lstm_units", "embedding_dim"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"The budget got {name}={getattr(self, name)}; expected 1 or more."
                )


class Result(NamedTuple):
    """What one cell came to at one gap from one seed; a line of results.jsonl.

    Attributes:
        cell: one of `CELLS`.
        gap: steps between the word and the question.
        seed: of the weights and of the sequences.
        accuracy: on 1,000 test sequences.
        steps: how many were taken.
        seconds: spent on training.
        parameters: of the whole model.
        norms_before, norms_after: of d h_T / d s_t for T - t = 0 ... gap, before and
            after training (`state_jacobians.gradient_norms`).
    """

    cell: str
    gap: int
    seed: int
    accuracy: float
    steps: int
    seconds: float
    parameters: int
    norms_before: list[float]
    norms_after: list[float]


class WordRecaller(keras.Model):
    """Which word was it? Embedding, cell, and one score for each possible answer.

    Call arguments:
        token_ids: ``(batch, time)``, all of them real.

    Returns:
        logits ``(batch, num_answers)``, from the last h.
    """

    def __init__(self, cell, vocabulary_size, num_answers, budget: Budget):
        super().__init__()
        # === Layers ===
        self.embedding = keras.layers.Embedding(
            vocabulary_size,
            budget.embedding_dim,
            embeddings_initializer=keras.initializers.RandomNormal(
                stddev=budget.word_scale
            ),
        )
        self.recurrence = Recurrence(cell)
        self.answer = keras.layers.Dense(num_answers)

    def call(self, token_ids):
        _, (h, *_) = self.recurrence(self.embedding(token_ids))
        return self.answer(h)


def build_recaller(name: str, gap: int, budget: Budget) -> WordRecaller:
    """Return a new model with the cell of this name, one of `CELLS`."""
    num_answers = len(sequences.THINGS)
    units = budget.lstm_units, budget.embedding_dim, num_answers
    cell = comparable_cell(name, *units, longest=gap)
    model = WordRecaller(cell, len(sequences.VOCABULARY), num_answers, budget)
    model(np.zeros((1, 1), np.int32))
    return model


def comparable_cell(
    name: str, lstm_units: int, input_dim: int, output_dim: int, longest: int
) -> ElmanCell | LSTMCell:
    """Return a new cell, one of `CELLS`, with the parameters of the others.

    Args:
        name: which.
        lstm_units: of the LSTM; the Elman cell gets `equal_units`.
        input_dim: of the cell's input.
        output_dim: of the dense layer that reads h.
        longest: steps to be remembered; the chrono initialization is told.
    """
    if name == "elman":
        return ElmanCell(equal_units(lstm_units, input_dim, output_dim))
    if name == "lstm":
        return LSTMCell(lstm_units, forget_bias=1.0)
    # longest = 1 would mean: no chrono initialization
    return LSTMCell(lstm_units, longest=max(longest, 2))


def equal_units(lstm_units: int, input_dim: int, output_dim: int) -> int:
    """Return the Elman units that give the parameters of the LSTM's model, or nearly.

    With D inputs and A outputs, a cell of n units and g gates has g n (D + n + 1)
    parameters and its read-out has (n + 1) A; the n is sought that makes their sum, for
    g = 1, what it is for g = 4 and the LSTM's units.
    """

    def parameters(units, gates):
        return gates * units * (input_dim + units + 1) + (units + 1) * output_dim

    wanted = parameters(lstm_units, 4)
    return min(
        range(1, 4 * lstm_units + 1),
        key=lambda units: abs(parameters(units, 1) - wanted),
    )


def run_one(cell: str, gap: int, seed: int, budget: Budget) -> Result:
    """Train one cell at one gap from one seed, and see what it remembers."""
    keras.utils.set_random_seed(seed)
    model = build_recaller(cell, gap, budget)
    # The same sequences for every cell; the test is the same for every seed too.
    rng = np.random.default_rng([seed, gap])
    test = sequences.batch(np.random.default_rng([TEST_SEED, gap]), 1000, gap)
    norms_before = memory_norms(model, test[0])
    train_step = _compiled_step(model, budget)
    began = time.monotonic()
    right = []
    for _ in range(budget.steps):
        token_ids, answers = sequences.batch(rng, budget.batch_size, gap)
        logits = train_step(tf.constant(token_ids), tf.constant(answers))
        right.append(_right(logits, answers))
        if len(right) >= LOOK_BACK and np.mean(right[-LOOK_BACK:]) >= budget.solved:
            break
    seconds = time.monotonic() - began
    return Result(
        cell,
        gap,
        seed,
        accuracy=_right(model(test[0]), test[1]),
        steps=len(right),
        seconds=round(seconds, 2),
        parameters=model.count_params(),
        norms_before=_short(norms_before),
        norms_after=_short(memory_norms(model, test[0])),
    )


def memory_norms(model: WordRecaller, token_ids: np.ndarray) -> np.ndarray:
    """Return the norm of d h_T / d s_t, back to the state that has just read the word.

    Args:
        model: its cell is looked at.
        token_ids: ``(batch, gap + 1)``; the first few sequences are enough.

    Returns:
        ``(gap + 1,)``, for T - t = 0 ... gap (`state_jacobians.gradient_norms`).
    """
    words = model.embedding(token_ids[:JACOBIAN_SEQUENCES])
    return gradient_norms(model.recurrence.cell, words)[:-1]


def _compiled_step(model, budget: Budget) -> Callable:
    """Return the training step, as a graph: token_ids, answers -> logits before it."""
    optimizer = keras.optimizers.Adam(budget.learning_rate, global_clipnorm=budget.clip)
    optimizer.build(model.trainable_variables)
    signature = [
        tf.TensorSpec((None, None), tf.int32),
        tf.TensorSpec((None,), tf.int32),
    ]

    @tf.function(autograph=False, input_signature=signature)
    def train_step(token_ids, answers):
        with tf.GradientTape() as tape:
            logits = model(token_ids)
            losses = keras.losses.sparse_categorical_crossentropy(
                answers, logits, from_logits=True
            )
            loss = tf.reduce_mean(losses)
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return logits

    return train_step


def _right(logits, answers) -> float:
    """Return the share of right answers."""
    return float(np.mean(np.argmax(logits, -1) == answers))


def _short(norms) -> list[float]:
    """Four digits: more than a picture shows."""
    return [float(f"{norm:.4g}") for norm in norms]
