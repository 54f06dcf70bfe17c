"""Step functions with known probabilities, for the tests of searches."""

import numpy as np
import pytest
import tensorflow as tf

from captioning.decoding import SpecialTokens

# The vocabulary of the hand-made models; a letter's index is its id.
LETTERS = "_$.abc"


@pytest.fixture
def tokens():
    """The special tokens of all models: $ starts a sequence, a full stop ends it."""
    return SpecialTokens(start=1, end=2, pad=0, banned=(0, 1))


@pytest.fixture
def markov():
    """Return a function: a step function from a table of transition probabilities."""

    def build(table: dict[str, dict[str, float]]):
        probabilities = np.full((len(LETTERS), len(LETTERS)), 1e-12)
        for last, following in table.items():
            for letter, p in following.items():
                probabilities[LETTERS.index(last), LETTERS.index(letter)] = p
        logits = tf.constant(np.log(probabilities), tf.float32)

        def step(token_ids, state):
            return tf.gather(logits, token_ids), [state[0] + 1]

        return step, [tf.zeros((1, 1, 1))]

    return build


@pytest.fixture
def spelled():
    """Return a function: token ids ``(rows, time)`` as text."""

    def spell(token_ids) -> list[str]:
        return [
            "".join(LETTERS[i] for i in row).rstrip("_") for row in np.array(token_ids)
        ]

    return spell


@pytest.fixture
def random_model():
    """Return a function: a step function whose logits depend on all tokens so far,
    through its state."""

    def build(vocabulary_size: int, seed: int, batch: int = 1):
        random = np.random.default_rng(seed)
        embedding = tf.constant(random.normal(size=(vocabulary_size, 8)), tf.float32)
        recurrent = tf.constant(random.normal(size=(8, 8)) / 3, tf.float32)
        output = tf.constant(random.normal(size=(8, vocabulary_size)) * 1.5, tf.float32)

        def step(token_ids, state):
            hidden = tf.tanh(tf.gather(embedding, token_ids) + state[0] @ recurrent)
            return hidden @ output, [hidden]

        return step, [tf.constant(random.normal(size=(batch, 1, 8)), tf.float32)]

    return build
