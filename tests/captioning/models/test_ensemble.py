"""The ensemble: beam search with averaged probabilities."""

import keras
import numpy as np
import tensorflow as tf

from captioning.decoding import logit_bias
from captioning.models.ensemble import Ensemble

OPTIONS = {"num_beams": 3, "max_length": 6, "length_penalty": 1.0}


def test_two_copies_of_a_captioner_say_what_it_says_alone(
    small_captioner, random_batch, tokens
):
    captioner, batch = small_captioner(), random_batch()
    alone = captioner.beam_search(batch.inputs, tokens, **OPTIONS)
    together = Ensemble([captioner, captioner]).beam_search(
        [batch.inputs, batch.inputs], tokens, **OPTIONS
    )
    np.testing.assert_array_equal(alone.token_ids, together.token_ids)
    np.testing.assert_allclose(alone.scores, together.scores, atol=1e-5)


def test_a_caption_s_score_is_the_product_of_mean_probabilities(
    small_captioner, random_batch, tokens
):
    first, batch = small_captioner(), random_batch()
    keras.utils.set_random_seed(21)
    second = small_captioner("elman")
    # Each has inputs of its own.
    inputs = [batch.inputs, tf.reverse(batch.inputs, [2])]
    found = Ensemble([first, second]).beam_search(
        inputs, tokens, num_beams=2, max_length=6, length_penalty=0.0
    )
    for picture in range(3):
        words = found.token_ids[picture, 0].numpy()
        words = words[words != tokens.pad]
        before = tf.constant([[tokens.start, *words[:-1]]])
        means = np.mean(
            [
                tf.nn.softmax(
                    member({"images": rows[picture : picture + 1], "token_ids": before})
                )
                for member, rows in zip((first, second), inputs, strict=True)
            ],
            axis=0,
        )[0]
        allowed = np.exp(logit_bias(tokens, means.shape[-1]))
        chances = [means[time, word] for time, word in enumerate(words)]
        assert np.all(allowed[words] == 1)
        np.testing.assert_allclose(
            found.scores[picture, 0], np.log(chances).sum(), rtol=1e-4
        )
