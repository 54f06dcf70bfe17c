"""The boat is on the ___. A ___ is driving that: a word model's near and far words.

One small word model (embedding, cell, the same embedding as output) reads the sentences
of `boat_sentences` and learns the word in the blank: the near
one, "water", and the far one, "sailor", across more and more sentences about something
else.
"""

import contextlib
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from captioning.experiments.long_term.boat_sentences import (
    ASIDES,
    JOURNEYS,
    WORDS_PER_ASIDE,
    BoatSentence,
    boat_sentences,
)
from captioning.experiments.long_term.recall import comparable_cell
from captioning.nn.losses import token_cross_entropy
from captioning.nn.rnn import Recurrence
from data_prep.atomic import write_text
from data_prep.errors import BadInput

PAD = 0
_SPOKEN = [str(s) for s in boat_sentences(0, np.random.default_rng(0))] + [*ASIDES]
_NAMED = [word for journey in JOURNEYS for word in journey]
WORDS = ("<pad>", *sorted({*" ".join(_SPOKEN).split(), *_NAMED} - {"___"}))
_IDS = {word: number for number, word in enumerate(WORDS)}

RESULTS = "boat.json"
FILLERS = (0, 2, 4, 8, 16)  # sentences of five words: up to 80 words in between
LSTM_UNITS, EMBEDDING_DIM = 32, 32
LEARNING_RATE, CLIP = 3e-3, 1.0
CHANCE = 1 / len(JOURNEYS)
STEPS = 600  # at most; a model that has it right is done
LOOK_BACK, SOLVED = 10, 0.99  # batches, and the share of right words in them
REPEATS = 4  # of each of the 16 sentences in a batch, with other asides


class Accuracy(NamedTuple):
    """How often the near and the far word were right; eight are possible at each.

    Attributes:
        cell: one of `recall.CELLS`.
        seed: of the weights and the sentences.
        filler: words in between (far) or before (near), in training as in this test.
        steps: that were taken.
        near, far: share of right words.
    """

    cell: str
    seed: int
    filler: int
    steps: int
    near: float
    far: float


class WordModel(keras.Model):
    """Words so far -> the word that is missing next; one embedding, in and out.

    Call arguments:
        token_ids: ``(batch, time)``.

    Returns:
        logits ``(batch, time, num_words)`` of the word after each.
    """

    def __init__(self, cell):
        super().__init__()
        # === Layers ===
        self.embedding = keras.layers.Embedding(
            len(WORDS),
            EMBEDDING_DIM,
            # Variance 1, as in `recall.Budget.word_scale`.
            embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        self.recurrence = Recurrence(cell)
        self.readout = keras.layers.Dense(EMBEDDING_DIM)

    def call(self, token_ids):
        h, _ = self.recurrence(self.embedding(token_ids))
        return tf.matmul(self.readout(h), self.embedding.embeddings, transpose_b=True)


def build_word_model(cell: str, filler: int) -> WordModel:
    """Return a new word model, with any cell of `recall.CELLS` of the same size."""
    longest = 7 + WORDS_PER_ASIDE * filler  # from "boat" to "sailor"
    model = WordModel(
        comparable_cell(cell, LSTM_UNITS, EMBEDDING_DIM, EMBEDDING_DIM, longest)
    )
    model(np.zeros((1, 1), np.int32))
    return model


def train_word_model(
    cell: str, fillers: Sequence[int], seed: int = 0, *, steps: int = STEPS
) -> tuple[WordModel, int]:
    """Train a word model on the near and the far sentences with these fillers.

    Args:
        cell: one of `recall.CELLS`.
        fillers: how many sentences come in between; a batch has one of these numbers.
        seed: of the weights and the sentences.
        steps: batches, at most.

    Returns:
        The model, and the steps that were taken.
    """
    keras.utils.set_random_seed(seed)
    model = build_word_model(cell, max(fillers))
    train_step = _train_step(model)
    rng = np.random.default_rng(seed)
    right = []
    for _ in range(steps):
        filler = int(rng.choice(fillers))
        sentences = [s for _ in range(REPEATS) for s in boat_sentences(filler, rng)]
        right.append(float(train_step(*map(tf.constant, with_blanks(sentences)))))
        if len(right) >= LOOK_BACK and np.mean(right[-LOOK_BACK:]) >= SOLVED:
            break
    return model, len(right)


def with_blanks(sentences: Sequence[BoatSentence]) -> tuple[np.ndarray, ...]:
    """Return token_ids ``(batch, time)`` up to each blank, the last position that was
    read ``(batch,)`` and the word that is missing after it ``(batch,)``, all int32."""
    token_ids = encode([sentence.words[: sentence.blank] for sentence in sentences])
    last = np.array([sentence.blank - 1 for sentence in sentences], np.int32)
    answers = np.array([_IDS[sentence.answer] for sentence in sentences], np.int32)
    return token_ids, last, answers


def _train_step(model) -> Callable:
    optimizer = keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP)
    optimizer.build(model.trainable_variables)

    row = tf.TensorSpec((None,), tf.int32)

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((None, None), tf.int32), row, row],
    )
    def train_step(token_ids, last, answers):
        with tf.GradientTape() as tape:
            logits = tf.gather(model(token_ids), last, batch_dims=1)
            loss = tf.reduce_mean(token_cross_entropy(answers, logits))
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        said = tf.argmax(logits, -1, output_type=tf.int32)
        return tf.reduce_mean(tf.cast(said == answers, tf.float32))

    return train_step


def encode(sentences: Sequence[Sequence[str]]) -> np.ndarray:
    """Return int32 ``(batch, time)`` of sentences in words, PAD after the shorter."""
    token_ids = np.full((len(sentences), max(map(len, sentences))), PAD, np.int32)
    for row, words in zip(token_ids, sentences, strict=True):
        row[: len(words)] = [_IDS[word] for word in words]
    return token_ids


def accuracy(model: WordModel, filler: int, *, repeats: int = 8) -> tuple[float, float]:
    """Return the share of right near and of right far words, on new sentences."""
    rng = np.random.default_rng([1, filler])
    sentences = [s for _ in range(repeats) for s in boat_sentences(filler, rng)]
    token_ids, last, answers = with_blanks(sentences)
    logits = tf.gather(model(token_ids), last, batch_dims=1)
    right = np.argmax(logits, -1) == answers
    far = np.array([sentence.far for sentence in sentences])
    return float(right[~far].mean()), float(right[far].mean())


def measure(
    cells: Sequence[str],
    fillers: Sequence[int] = FILLERS,
    seeds: Sequence[int] = (0,),
    *,
    steps: int = STEPS,
    progress: bool = True,
) -> list[Accuracy]:
    """Train each cell at each number of fillers from each seed, and test it there."""
    results = []
    runs = list(itertools.product(fillers, cells, seeds))
    for filler, cell, seed in tqdm(runs, desc="boats", disable=not progress):
        model, taken = train_word_model(cell, [filler], seed, steps=steps)
        words = filler * WORDS_PER_ASIDE
        results.append(Accuracy(cell, seed, words, taken, *accuracy(model, filler)))
    return results


def table(results: Sequence[Accuracy]) -> str:
    """Return near and far accuracy by filler and cell, each (least..most of seeds)."""
    lines = ["words between  cell         near              far               steps"]
    for filler, cell in dict.fromkeys((r.filler, r.cell) for r in results):
        rows = [r for r in results if (r.filler, r.cell) == (filler, cell)]
        near, far = (
            _range([getattr(r, kind) for r in rows]) for kind in ("near", "far")
        )
        steps = np.mean([r.steps for r in rows])
        lines.append(f"{filler:13}  {cell:11}  {near}  {far}  {steps:5.0f}")
    return "\n".join(lines)


def _range(values) -> str:
    return f"{np.mean(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def check_out(out: Path) -> None:
    """Make the folder and see that it can be written to; its files stay as they are.

    Raises:
        BadInput: it cannot.
    """
    with _written_to(out):
        tempfile.TemporaryFile(dir=out).close()


def save(results: Sequence[Accuracy], out: Path) -> None:
    """Write ``boat.json``, from which the picture can be drawn again.

    Raises:
        BadInput: it cannot be written.
    """
    lines = [result._asdict() for result in results]
    with _written_to(out):
        write_text(out / RESULTS, json.dumps(lines, indent=1) + "\n")


@contextlib.contextmanager
def _written_to(out: Path) -> Iterator[None]:
    """Make the folder; in this block an `OSError` becomes `BadInput`."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written to ({error.strerror}); expected a folder for "
            "results: choose another --out."
        ) from error


def load(out: Path) -> list[Accuracy]:
    """Return what `save` wrote.

    Raises:
        BadInput: there is nothing, or something else.
    """
    try:
        lines = json.loads((out / RESULTS).read_text(encoding="utf-8"))
        if not lines:
            raise ValueError("it is empty")
        return [Accuracy(**line) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(
            f"{out / RESULTS} holds no results to draw ({error}); expected what "
            "--boat writes: leave out --draw to make them."
        ) from error


def next_words(model: WordModel, text: str, best: int = 3) -> list[tuple[str, float]]:
    """Return the likeliest next words after `text`, each with its probability."""
    logits = model(encode([text.lower().replace(".", " .").split()]))[0, -1]
    probabilities = keras.ops.softmax(logits).numpy()
    order = np.argsort(probabilities)[::-1][:best]
    return [(WORDS[word], float(probabilities[word])) for word in order]
