"""What holds for every search: banned tokens, and padding behind END."""

import numpy as np
import tensorflow as tf

from captioning import decoding


def test_banned_tokens_are_never_chosen(random_model, tokens):
    tokens = tokens._replace(banned=(0, 1, 5))
    step, state = random_model(9, 8, batch=2)

    def prefers_five(token_ids, state):
        logits, state = step(token_ids, state)
        return logits + 50 * tf.one_hot(5, 9), state

    options = {"max_length": 8}
    for found in (
        decoding.greedy_search(prefers_five, state, tokens, **options),
        decoding.beam_search(
            prefers_five, state, tokens, num_beams=3, length_penalty=1.0, **options
        ),
        decoding.sample(
            prefers_five, state, tokens, num_samples=9, seed=(1, 2), **options
        ),
    ):
        assert not np.any(found.token_ids == 5)
        assert not np.any(found.token_ids == 1)


def test_behind_end_there_is_only_padding(random_model, tokens):
    step, state = random_model(9, 9, batch=4)
    found = decoding.sample(
        step, state, tokens, num_samples=20, max_length=12, seed=(3, 4)
    )
    for row in found.token_ids.numpy().reshape(-1, 12):
        if 2 in row:
            assert not np.any(row[list(row).index(2) + 1 :])
