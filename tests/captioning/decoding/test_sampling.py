"""Sampling: shares of many samples against the distribution."""

import numpy as np

from captioning import decoding

A, B, C = 3, 4, 5


def test_samples_follow_the_distribution(markov, tokens):
    table = {"$": {"a": 0.5, "b": 0.3, "c": 0.2}, **dict.fromkeys("abc", {".": 1.0})}
    step, state = markov(table)

    def shares(**options):
        found = decoding.sample(
            step, state, tokens, num_samples=4000, max_length=2, seed=(5, 6), **options
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


def test_the_same_seed_draws_the_same_sequences(random_model, tokens):
    step, state = random_model(9, 10)

    def draw(seed):
        options = {"num_samples": 5, "max_length": 6, "seed": seed}
        return decoding.sample(step, state, tokens, **options).token_ids.numpy()

    np.testing.assert_array_equal(draw((1, 1)), draw((1, 1)))
    assert np.any(draw((1, 1)) != draw((1, 2)))
