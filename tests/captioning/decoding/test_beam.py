"""Beam search: against brute force, on hand-made models, and against greedy search."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from captioning import decoding
from captioning.decoding import SpecialTokens


def test_beam_search_finds_the_best_sequence_where_greedy_search_does_not(
    markov, spelled, tokens
):
    step, state = markov(
        {
            "$": {"a": 0.6, "b": 0.4},
            "a": {"c": 0.51, ".": 0.49},
            "b": {".": 1.0},
            "c": {".": 1.0},
        }
    )
    greedy = decoding.greedy_search(step, state, tokens, max_length=4)
    assert spelled(greedy.token_ids[0]) == ["ac."]  # 0.306
    options = {"num_beams": 2, "max_length": 4, "length_penalty": 0.0}
    beam = decoding.beam_search(step, state, tokens, **options)
    assert spelled(beam.token_ids[0]) == ["b.", "ac."]  # 0.4, 0.306
    np.testing.assert_allclose(np.exp(beam.scores[0]), [0.4, 0.306], rtol=1e-5)


def test_a_finished_hypothesis_keeps_its_score_and_place(markov, spelled, tokens):
    step, state = markov({"$": {".": 0.4, "a": 0.6}, "a": {"a": 0.9, ".": 0.1}})
    options = {"num_beams": 2, "length_penalty": 0.0}
    for max_length in (2, 5):
        found = decoding.beam_search(
            step, state, tokens, max_length=max_length, **options
        )
        where = spelled(found.token_ids[0]).index(".")
        np.testing.assert_allclose(np.exp(found.scores[0, where]), 0.4, rtol=1e-5)


def test_the_length_penalty_decides_between_short_and_long(markov, spelled, tokens):
    step, state = markov({"$": {".": 0.4, "a": 0.6}, "a": {"a": 0.6, ".": 0.4}})

    def best(length_penalty):
        found = decoding.beam_search(
            step,
            state,
            tokens,
            num_beams=3,
            max_length=6,
            length_penalty=length_penalty,
        )
        return spelled(found.token_ids[0])[0]

    assert best(0.0) == "."
    assert len(best(1.0)) > 1


def repeats(words, n: int) -> bool:
    """Say whether a sequence has an n-gram twice; none has one of no tokens."""
    ngrams = [words[i : i + n] for i in range(len(words) - n + 1)]
    return bool(n) and len(set(ngrams)) < len(ngrams)


def brute_force(
    step, state, tokens, vocabulary_size, max_length, length_penalty, no_repeat=0
):
    """Return all sequences up to END, or cut at max_length, with their scores."""
    allowed = [i for i in range(vocabulary_size) if i not in tokens.banned]
    found = {}
    for length in range(1, max_length + 1):
        for words in itertools.product(allowed, repeat=length):
            ends = words.index(tokens.end) + 1 if tokens.end in words else None
            if ends != length and not (ends is None and length == max_length):
                continue
            if repeats(words, no_repeat):
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
def test_a_beam_of_full_width_equals_brute_force(seed, length_penalty, random_model):
    # Four tokens: END, two others, and one that is banned.
    tokens = SpecialTokens(start=3, end=0, pad=3, banned=(3,))
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


@pytest.mark.parametrize("no_repeat", (1, 2, 3))
def test_no_n_gram_is_repeated_and_nothing_else_is_lost(no_repeat, random_model):
    tokens = SpecialTokens(start=3, end=0, pad=3, banned=(3,))
    step, state = random_model(4, 0)
    expected = brute_force(step, state, tokens, 4, 5, 0.7, no_repeat)
    found = decoding.beam_search(
        step,
        state,
        tokens,
        num_beams=len(expected),
        max_length=5,
        length_penalty=0.7,
        no_repeat_ngram_size=no_repeat,
    )
    np.testing.assert_allclose(
        found.scores[0], [score for _, score in expected], rtol=1e-4
    )
    assert {tuple(row) for row in found.token_ids[0].numpy()} == dict(expected).keys()


@pytest.mark.parametrize("num_beams", (1, 3))
def test_a_repeated_n_gram_makes_way_for_the_next_best_token(
    num_beams, markov, spelled, tokens
):
    # "ab" for ever is what the model likes best.
    step, state = markov(
        {
            "$": {"a": 1.0},
            "a": {"b": 0.9, "c": 0.06, ".": 0.04},
            "b": {"a": 0.9, "c": 0.06, ".": 0.04},
            "c": {"a": 0.9, "b": 0.06, ".": 0.04},
        }
    )

    def best(size, max_length=12):
        options = {"num_beams": num_beams, "max_length": max_length}
        options |= {"length_penalty": 1.0, "no_repeat_ngram_size": size}
        found = decoding.beam_search(step, state, tokens, **options)
        return spelled(found.token_ids[0])[0]

    assert best(0) == best(13) == "abababababab"
    assert repeats(best(3), 2) and not repeats(best(3), 3)
    assert repeats(best(2), 1) and not repeats(best(2), 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_one_equals_greedy_search(seed, random_model, tokens):
    step, state = random_model(9, seed, batch=3)
    greedy = decoding.greedy_search(step, state, tokens, max_length=8)
    options = {"num_beams": 1, "max_length": 8, "length_penalty": 1.0}
    beam = decoding.beam_search(step, state, tokens, **options)
    np.testing.assert_array_equal(greedy.token_ids, beam.token_ids)
    np.testing.assert_allclose(greedy.scores, beam.scores, rtol=1e-5)


def test_rows_of_a_batch_are_independent(random_model, tokens):
    step, (state,) = random_model(9, 6, batch=4)
    options = {"num_beams": 3, "max_length": 8, "length_penalty": 1.0}
    together = decoding.beam_search(step, [state], tokens, **options)
    for row in range(4):
        alone = decoding.beam_search(step, [state[row : row + 1]], tokens, **options)
        np.testing.assert_array_equal(alone.token_ids[0], together.token_ids[row])


def test_it_finds_the_same_in_a_graph(random_model, tokens):
    step, state = random_model(9, 7, batch=2)

    def find(state):
        options = {"num_beams": 3, "max_length": 6, "length_penalty": 1.0}
        return decoding.beam_search(step, state, tokens, **options)

    np.testing.assert_array_equal(
        find(state).token_ids, tf.function(find)(state).token_ids
    )
