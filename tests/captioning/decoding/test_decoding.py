"""Search: against brute force, by hand-made lattices, and by its promises."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from captioning import decoding
from captioning.decoding import Tokens

# The vocabulary of the hand-made lattices; ids are places in this word.
LETTERS = "_$.abc"
PAD, START, END, A, B, C = range(6)
TOKENS = Tokens(start=START, end=END, pad=PAD, banned=(PAD, START))


def markov(table: dict[str, dict[str, float]]):
    """A step function from 'what follows what', as probabilities by letter."""
    probabilities = np.full((len(LETTERS), len(LETTERS)), 1e-12)
    for last, following in table.items():
        for letter, p in following.items():
            probabilities[LETTERS.index(last), LETTERS.index(letter)] = p
    logits = tf.constant(np.log(probabilities), tf.float32)

    def step(token_ids, state):
        return tf.gather(logits, token_ids), [state[0] + 1]

    return step, [tf.zeros((1, 1, 1))]


def spelled(token_ids) -> list[str]:
    return ["".join(LETTERS[i] for i in row).rstrip("_") for row in np.array(token_ids)]


GARDEN_PATH = {
    "$": {"a": 0.6, "b": 0.4},
    "a": {"c": 0.5, ".": 0.5},
    "b": {".": 1.0},
    "c": {".": 1.0},
}


def test_greedy_walks_into_the_garden_path_and_beam_does_not():
    step, state = markov({**GARDEN_PATH, "a": {"c": 0.51, ".": 0.49}})
    greedy = decoding.greedy_search(step, state, TOKENS, max_length=4)
    assert spelled(greedy.token_ids[0]) == ["ac."]  # 0.306
    options = {"num_beams": 2, "max_length": 4, "length_penalty": 0.0}
    beam = decoding.beam_search(step, state, TOKENS, **options)
    assert spelled(beam.token_ids[0]) == ["b.", "ac."]  # 0.4, 0.306
    np.testing.assert_allclose(np.exp(beam.scores[0]), [0.4, 0.306], rtol=1e-5)


def test_a_finished_hypothesis_keeps_its_score_and_place():
    step, state = markov({"$": {".": 0.4, "a": 0.6}, "a": {"a": 0.9, ".": 0.1}})
    options = {"num_beams": 2, "length_penalty": 0.0}
    for max_length in (2, 5):
        found = decoding.beam_search(
            step, state, TOKENS, max_length=max_length, **options
        )
        where = spelled(found.token_ids[0]).index(".")
        np.testing.assert_allclose(np.exp(found.scores[0, where]), 0.4, rtol=1e-5)


def test_length_penalty_decides_between_short_and_long():
    step, state = markov({"$": {".": 0.4, "a": 0.6}, "a": {"a": 0.6, ".": 0.4}})

    def best(length_penalty):
        found = decoding.beam_search(
            step,
            state,
            TOKENS,
            num_beams=3,
            max_length=6,
            length_penalty=length_penalty,
        )
        return spelled(found.token_ids[0])[0]

    assert best(0.0) == "."
    assert len(best(1.0)) > 1


def random_model(vocabulary_size: int, seed: int, batch: int = 1):
    """A step function whose logits depend on the whole past, through a linear state."""
    random = np.random.default_rng(seed)
    embedding = tf.constant(random.normal(size=(vocabulary_size, 8)), tf.float32)
    recurrent = tf.constant(random.normal(size=(8, 8)) / 3, tf.float32)
    output = tf.constant(random.normal(size=(8, vocabulary_size)) * 1.5, tf.float32)

    def step(token_ids, state):
        hidden = tf.tanh(tf.gather(embedding, token_ids) + state[0] @ recurrent)
        return hidden @ output, [hidden]

    return step, [tf.constant(random.normal(size=(batch, 1, 8)), tf.float32)]


def brute_force(step, state, tokens, vocabulary_size, max_length, length_penalty):
    """Every sequence that ends at END, or is cut at max_length, with its score."""
    allowed = [i for i in range(vocabulary_size) if i not in tokens.banned]
    found = {}
    for length in range(1, max_length + 1):
        for words in itertools.product(allowed, repeat=length):
            ends = words.index(tokens.end) + 1 if tokens.end in words else None
            if ends != length and not (ends is None and length == max_length):
                continue
            log_prob, past, last = 0.0, state, tokens.start
            for word in words:
                logits, past = step(tf.constant([[last]]), past)
                log_prob += float(tf.nn.log_softmax(logits)[0, 0, word])
                last = word
            padded = words + (tokens.pad,) * (max_length - length)
            found[padded] = log_prob / length**length_penalty
    return sorted(found.items(), key=lambda item: -item[1])


@pytest.mark.parametrize("length_penalty", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_full_width_beam_is_brute_force(seed, length_penalty):
    # Four words: END, two others, and one that is banned, as PAD and UNK are.
    tokens = Tokens(start=3, end=0, pad=3, banned=(3,))
    step, state = random_model(4, seed)
    expected = brute_force(step, state, tokens, 4, 4, length_penalty)
    found = decoding.beam_search(
        step,
        state,
        tokens,
        num_beams=len(expected),
        max_length=4,
        length_penalty=length_penalty,
    )
    np.testing.assert_allclose(
        found.scores[0], [score for _, score in expected], rtol=1e-4
    )
    assert tuple(found.token_ids[0, 0].numpy()) == expected[0][0]
    assert {tuple(row) for row in found.token_ids[0].numpy()} == dict(expected).keys()


@pytest.mark.parametrize("seed", range(5))
def test_beam_one_is_greedy(seed):
    tokens = Tokens(start=1, end=2, pad=0, banned=(0, 1))
    step, state = random_model(9, seed, batch=3)
    greedy = decoding.greedy_search(step, state, tokens, max_length=8)
    beam = decoding.beam_search(step, state, tokens, num_beams=1, max_length=8)
    np.testing.assert_array_equal(greedy.token_ids, beam.token_ids)
    np.testing.assert_allclose(greedy.scores, beam.scores, rtol=1e-5)


def test_rows_of_a_batch_do_not_disturb_each_other():
    tokens = Tokens(start=1, end=2, pad=0, banned=(0, 1))
    step, (state,) = random_model(9, 6, batch=4)
    together = decoding.beam_search(step, [state], tokens, num_beams=3, max_length=8)
    for row in range(4):
        alone = decoding.beam_search(
            step, [state[row : row + 1]], tokens, num_beams=3, max_length=8
        )
        np.testing.assert_array_equal(alone.token_ids[0], together.token_ids[row])


def test_the_same_inside_a_graph():
    tokens = Tokens(start=1, end=2, pad=0, banned=(0, 1))
    step, state = random_model(9, 7, batch=2)

    def find(state):
        return decoding.beam_search(step, state, tokens, num_beams=3, max_length=6)

    np.testing.assert_array_equal(
        find(state).token_ids, tf.function(find)(state).token_ids
    )


def test_banned_words_are_never_said():
    tokens = Tokens(start=1, end=2, pad=0, banned=(0, 1, 5))
    step, state = random_model(9, 8, batch=2)

    def loves_five(token_ids, state):
        logits, state = step(token_ids, state)
        return logits + 50 * tf.one_hot(5, 9), state

    options = {"max_length": 8}
    for found in (
        decoding.greedy_search(loves_five, state, tokens, **options),
        decoding.beam_search(loves_five, state, tokens, num_beams=3, **options),
        decoding.sample(
            loves_five, state, tokens, num_samples=9, seed=(1, 2), **options
        ),
    ):
        assert not np.any(found.token_ids == 5)
        assert not np.any(found.token_ids == 1)


def test_nothing_follows_the_end():
    step, state = random_model(9, 9, batch=4)
    tokens = Tokens(start=1, end=2, pad=0, banned=(0, 1))
    found = decoding.sample(
        step, state, tokens, num_samples=20, max_length=12, seed=(3, 4)
    )
    for row in found.token_ids.numpy().reshape(-1, 12):
        if 2 in row:
            assert not np.any(row[list(row).index(2) + 1 :])


def test_samples_follow_the_distribution():
    table = {"$": {"a": 0.5, "b": 0.3, "c": 0.2}, **dict.fromkeys("abc", {".": 1.0})}
    step, state = markov(table)

    def shares(**options):
        found = decoding.sample(
            step, state, TOKENS, num_samples=4000, max_length=2, seed=(5, 6), **options
        )
        first = found.token_ids[0, :, 0].numpy()
        return [np.mean(first == letter) for letter in (A, B, C)]

    np.testing.assert_allclose(shares(), [0.5, 0.3, 0.2], atol=0.03)
    squared = np.array([0.25, 0.09, 0.04])
    np.testing.assert_allclose(
        shares(temperature=0.5), squared / squared.sum(), atol=0.03
    )
    # a and b together reach 0.7, so c is out, and the rest is shared as before.
    np.testing.assert_allclose(shares(top_p=0.7), [0.625, 0.375, 0.0], atol=0.03)


def test_the_same_seed_draws_the_same():
    step, state = random_model(9, 10)
    tokens = Tokens(start=1, end=2, pad=0, banned=(0, 1))

    def draw(seed):
        options = {"num_samples": 5, "max_length": 6, "seed": seed}
        return decoding.sample(step, state, tokens, **options).token_ids.numpy()

    np.testing.assert_array_equal(draw((1, 1)), draw((1, 1)))
    assert np.any(draw((1, 1)) != draw((1, 2)))
