"""Self-critical training: its gradient against that of the expected reward."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.decoding import SpecialTokens, logit_bias
from captioning.models.captioner import Captioner
from captioning.models.decoder import Decoder
from captioning.nn.cells import build_cell
from captioning.objectives.self_critical import self_critical_loss
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.config import override

PAD, START, END, A, B = range(5)
TOKENS = SpecialTokens(start=START, end=END, pad=PAD, banned=(PAD, START))
LONGEST, IMAGES = 2, 2
# The reward of a caption of one or two tokens of the first picture; of the second it is
# twice as much.
REWARDS = {
    (END, PAD): 0.3,
    (A, END): 1.0,
    (B, END): 0.2,
    (A, B): 0.7,
    (B, A): 0.1,
}


@pytest.fixture
def captioner(seeded):
    decoder = Decoder(5, 6, build_cell("elman", 4), 3)
    decoder.build((None, 2, 3))
    captioner = Captioner(None, decoder)
    captioner.built = True
    return captioner


@pytest.fixture
def regions():
    return tf.random.stateless_normal((IMAGES, 2, 3), (1, 2))


def reward(image_numbers, token_ids):
    def look_up(numbers, ids):
        return np.array(
            [
                [(1 + number) * REWARDS.get(tuple(row[:2]), 0.0) for row in rows]
                for number, rows in zip(numbers, ids, strict=True)
            ],
            np.float32,
        )

    found = tf.numpy_function(look_up, (image_numbers, token_ids), tf.float32)
    return tf.ensure_shape(found, token_ids.shape[:2])


def loss_of(captioner, regions, num_samples, baseline="others", seed=(3, 4)):
    return self_critical_loss(
        captioner,
        regions,
        tf.range(IMAGES),
        TOKENS,
        reward,
        num_samples=num_samples,
        max_length=LONGEST,
        baseline=baseline,
        seed=tf.constant(seed),
    )


def expected_reward(captioner, regions):
    """The mean over the pictures, computed over all possible captions."""
    total = 0.0
    for first, second in [(END, PAD), *itertools.product((A, B), (END, A, B))]:
        before = tf.constant([[START, first]] * IMAGES)
        logits = captioner({"images": regions, "token_ids": before})
        log_p = tf.nn.log_softmax(logits + logit_bias(TOKENS, 5))
        chance = log_p[:, 0, first]
        if first != END:
            chance += log_p[:, 1, second]
        value = REWARDS.get((first, second), 0.0)
        total += tf.reduce_mean(tf.exp(chance) * value * (1.0 + np.arange(IMAGES)))
    return total


@pytest.mark.parametrize("baseline", ["others", "greedy"])
def test_the_gradient_equals_that_of_the_expected_reward(captioner, regions, baseline):
    variables = captioner.trainable_variables
    with tf.GradientTape() as tape:
        exact = -expected_reward(captioner, regions)
    expected = tape.gradient(exact, variables)
    with tf.GradientTape() as tape:
        found = loss_of(captioner, regions, 20_000, baseline)
    estimated = tape.gradient(found.loss, variables)
    np.testing.assert_allclose(found.loss, exact, atol=0.02)
    np.testing.assert_allclose(found.reward, -found.loss, rtol=1e-6)
    scale = max(float(tf.reduce_max(tf.abs(g))) for g in expected)
    assert scale > 0.01
    for one, other in zip(estimated, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=0.05 * scale)


def test_a_baseline_reduces_the_variance(captioner, regions):
    """Rewards that are all high make every sampled caption more probable; a baseline
    leaves their differences, with a variance tens of times smaller."""

    def variance(baseline, reward):
        @tf.function(autograph=False)
        def gradient(seed):
            with tf.GradientTape() as tape:
                loss = self_critical_loss(
                    captioner,
                    regions,
                    tf.range(IMAGES),
                    TOKENS,
                    reward,
                    num_samples=5,
                    max_length=LONGEST,
                    baseline=baseline,
                    seed=seed,
                ).loss
            return tape.gradient(loss, captioner.decoder.output_bias)

        found = [gradient(tf.constant((seed, 0))).numpy() for seed in range(30)]
        return np.var(found, axis=0).sum()

    def high(numbers, ids):
        return 10.0 + reward(numbers, ids)

    def high_but_zero_for_greedy(numbers, ids):
        return high(numbers, ids) * float(ids.shape[1] == 5)

    none = variance("greedy", high_but_zero_for_greedy)
    assert variance("others", high) < 0.1 * none
    assert variance("greedy", high) < 0.1 * none


def test_the_baseline_of_a_sample_leaves_its_own_reward_out(captioner, regions):
    """With two samples, including it would halve the gradient."""
    variable, copies = captioner.decoder.output_bias, 10_000
    with tf.GradientTape() as tape:
        exact = -expected_reward(captioner, regions)
    expected = tape.gradient(exact, variable)
    with tf.GradientTape() as tape:
        found = self_critical_loss(
            captioner,
            tf.repeat(regions, copies, axis=0),
            tf.repeat(tf.range(IMAGES), copies),
            TOKENS,
            reward,
            num_samples=2,
            max_length=LONGEST,
            baseline="others",
            seed=tf.constant((3, 4)),
        )
    scale = float(tf.reduce_max(tf.abs(expected)))
    np.testing.assert_allclose(
        tape.gradient(found.loss, variable), expected, atol=0.1 * scale
    )


def test_it_learns_the_caption_with_the_highest_reward(captioner, regions):
    optimizer = keras.optimizers.Adam(0.02)

    @tf.function(autograph=False)
    def step(seed):
        with tf.GradientTape() as tape:
            found = self_critical_loss(
                captioner,
                regions,
                tf.range(IMAGES),
                TOKENS,
                reward,
                num_samples=5,
                max_length=LONGEST,
                baseline="others",
                seed=seed,
            )
        variables = captioner.trainable_variables
        optimizer.apply(tape.gradient(found.loss, variables), variables)
        return found.reward

    rewards = [float(step(tf.constant([n, 0]))) for n in range(200)]
    assert np.mean(rewards[:10]) < 0.8
    assert np.mean(rewards[-10:]) > 1.4  # of at most 1.5, the mean of both pictures
    found = captioner.greedy_search(regions, TOKENS, max_length=LONGEST).token_ids
    np.testing.assert_array_equal(found[:, 0], [[A, END]] * IMAGES)


# === Options ===


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": "hinge"}, "cross_entropy or self_critical"),
        ({"baseline": "zero"}, "others or greedy"),
        ({"num_samples": 1}, "mean of the others"),
    ],
)
def test_contradictory_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        override(CaptionsConfig(), **options)
