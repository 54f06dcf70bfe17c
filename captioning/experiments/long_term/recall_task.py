"""The recall task: which cell remembers a word over how many steps.

A sequence begins with a word and ends, `gap` steps later, with a question for it
(`data_prep.datasets.gap`). Every cell is trained on the same sequences with the same
optimizer, the same clipping, the same number of parameters and the same maximum number
of steps; a run ends early when the task is solved, by the same rule for all.
"""

import dataclasses
import time
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from captioning.experiments.long_term.comparable_cells import comparable_cell
from captioning.experiments.long_term.state_jacobians import gradient_norms
from captioning.nn.rnn import Recurrence
from data_prep.datasets import gap as sequences

GAPS = (1, 2, 5, 10, 20, 50, 100, 200)
SEEDS = (0, 1, 2)
LOOK_BACK = 10  # batches of 64 sequences: the standard error of 0.99 is 0.004
TEST_SEED = 1_000_000  # not the seed of any run
JACOBIAN_SEQUENCES = 8  # with more, the mean changes by less than a line's width


@dataclasses.dataclass(frozen=True)
class Budget:
    """What is the same for every cell.

    Attributes:
        steps: batches of a run at most.
        batch_size: sequences a step.
        learning_rate: of Adam.
        clip: maximum global norm of a gradient.
        lstm_units: of the LSTM; the Elman cell has as many units as give its model
            the same number of parameters.
        embedding_dim: of a word.
        word_scale: initial standard deviation of the embedding. The cells' kernel is
            initialized for inputs of variance 1 (Glorot & Bengio 2010). For small
            inputs the Elman cell's tanh is nearly linear, and a linear cell with an
            orthogonal kernel does not forget.
        solved: a run ends when this share of the answers in its last `LOOK_BACK`
            batches was right, each batch before it was trained on. Every batch is
            newly drawn.
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
    """The result of one cell at one gap from one seed; a line of results.jsonl.

    Attributes:
        cell: one of `CELLS`.
        gap: steps between the word and the question.
        seed: of the weights and of the sequences.
        accuracy: on 1,000 test sequences.
        steps: batches of training.
        seconds: of training.
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
    """Embedding, cell, and a logit for each possible answer.

    Call arguments:
        token_ids: ``(batch, time)``, without padding.

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


def run_one(cell: str, gap: int, seed: int, budget: Budget) -> Result:
    """Return the result of one cell at one gap from one seed, trained and tested."""
    keras.utils.set_random_seed(seed)
    model = build_recaller(cell, gap, budget)
    # The same sequences for every cell; the same test for every seed, too.
    rng = np.random.default_rng([seed, gap])
    test = sequences.batch(np.random.default_rng([TEST_SEED, gap]), 1000, gap)
    norms_before = memory_norms(model, test[0])
    train_step = _compiled_step(model, budget)
    began = time.monotonic()
    right = []
    for _ in range(budget.steps):
        token_ids, answers = sequences.batch(rng, budget.batch_size, gap)
        logits = train_step(tf.constant(token_ids), tf.constant(answers))
        right.append(_accuracy(logits, answers))
        if len(right) >= LOOK_BACK and np.mean(right[-LOOK_BACK:]) >= budget.solved:
            break
    seconds = time.monotonic() - began
    return Result(
        cell,
        gap,
        seed,
        accuracy=_accuracy(model(test[0]), test[1]),
        steps=len(right),
        seconds=round(seconds, 2),
        parameters=model.count_params(),
        norms_before=_rounded(norms_before),
        norms_after=_rounded(memory_norms(model, test[0])),
    )


def memory_norms(model: WordRecaller, token_ids: np.ndarray) -> np.ndarray:
    """Return the norm of d h_T / d s_t, back to the state after the word.

    Args:
        model: whose cell is measured.
        token_ids: ``(batch, gap + 1)``; the first few sequences are used.

    Returns:
        ``(gap + 1,)``, for T - t = 0 ... gap (`state_jacobians.gradient_norms`).
    """
    words = model.embedding(token_ids[:JACOBIAN_SEQUENCES])
    return gradient_norms(model.recurrence.cell, words)[:-1]


def _compiled_step(model, budget: Budget) -> Callable:
    """Return the training step, a graph: token_ids, answers -> logits before it."""
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


def _accuracy(logits, answers) -> float:
    """Return the share of right answers."""
    return float(np.mean(np.argmax(logits, -1) == answers))


def _rounded(norms) -> list[float]:
    """Round to four digits, more than a figure shows."""
    return [float(f"{norm:.4g}") for norm in norms]
