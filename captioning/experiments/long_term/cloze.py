"""A cloze test: "the boat is on the ___", and later "a ___ is driving that".

A small word model (embedding, cell, the same embedding as output) reads sentences of
`boat_sentences` and learns the word in the blank: the near one, "water", or the far
one, "sailor", with sentences about something else in between.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from captioning.experiments.long_term.boat_sentences import (
    ASIDES,
    JOURNEYS,
    WORDS_PER_ASIDE,
    BoatSentence,
    boat_sentences,
)
from captioning.experiments.long_term.comparable_cells import comparable_cell
from captioning.nn.losses import token_cross_entropy
from captioning.nn.rnn import Recurrence
from data_prep.text.special_tokens import PAD

_SENTENCES = [str(s) for s in boat_sentences(0, np.random.default_rng(0))] + [*ASIDES]
_JOURNEY_WORDS = [word for journey in JOURNEYS for word in journey]
WORDS = ("<pad>", *sorted({*" ".join(_SENTENCES).split(), *_JOURNEY_WORDS} - {"___"}))
_IDS = {word: number for number, word in enumerate(WORDS)}

LSTM_UNITS, EMBEDDING_DIM = 32, 32
LEARNING_RATE, CLIP = 3e-3, 1.0
CHANCE = 1 / len(JOURNEYS)
STEPS = 600  # at most; training ends when the task is solved:
LOOK_BACK, SOLVED = 10, 0.99  # batches, and the share of right words in them
REPEATS = 4  # of each of the 16 sentences in a batch, with other sentences in between


class WordModel(keras.Model):
    """Words so far -> the next word; one embedding for input and output.

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
            # Variance 1, as in `recall_task.Budget.word_scale`.
            embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        self.recurrence = Recurrence(cell)
        self.readout = keras.layers.Dense(EMBEDDING_DIM)

    def call(self, token_ids):
        h, _ = self.recurrence(self.embedding(token_ids))
        return tf.matmul(self.readout(h), self.embedding.embeddings, transpose_b=True)


def build_word_model(cell: str, filler: int) -> WordModel:
    """Return a new word model, with one of the `comparable_cells`."""
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
        cell: one of `comparable_cells.CELLS`.
        fillers: numbers of sentences in between; each batch has one of these numbers.
        seed: of the weights and the sentences.
        steps: batches at most.

    Returns:
        The model, and its number of training steps.
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
    """Return token_ids ``(batch, time)`` up to the blanks, the last position before
    each blank ``(batch,)`` and the missing word's id ``(batch,)``, all int32."""
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
        predicted = tf.argmax(logits, -1, output_type=tf.int32)
        return tf.reduce_mean(tf.cast(predicted == answers, tf.float32))

    return train_step


def encode(sentences: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the ids of sentences, int32 ``(batch, time)``, padded."""
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


def next_words(model: WordModel, text: str, best: int = 3) -> list[tuple[str, float]]:
    """Return the most probable next words after `text`, each with its probability."""
    logits = model(encode([text.lower().replace(".", " .").split()]))[0, -1]
    probabilities = keras.ops.softmax(logits).numpy()
    order = np.argsort(probabilities)[::-1][:best]
    return [(WORDS[word], float(probabilities[word])) for word in order]
