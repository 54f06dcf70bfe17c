"""Self-critical training: the gradient is that of the expected reward."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.decoding import Tokens, ban
from captioning.models.captioner import Captioner
from captioning.models.decoder import Decoder
from captioning.nn.cells import build_cell
from captioning.objectives.rewards import CiderReward
from captioning.objectives.self_critical import self_critical_loss
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.config import override

PAD, START, END, A, B = range(5)
TOKENS = Tokens(start=START, end=END, pad=PAD, banned=(PAD, START))
LONGEST, IMAGES = 2, 2
# What a caption of one or two words is worth of the first picture; of the second twice.
WORTH = {
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


def worth(image_numbers, token_ids):
    def look_up(numbers, ids):
        return np.array(
            [
                [(1 + number) * WORTH.get(tuple(row[:2]), 0.0) for row in rows]
                for number, rows in zip(numbers, ids, strict=True)
            ],
            np.float32,
        )

    found = tf.numpy_function(look_up, (image_numbers, token_ids), tf.float32)
    return tf.ensure_shape(found, token_ids.shape[:2])


def outcome(captioner, regions, num_samples, baseline="others", seed=(3, 4)):
    return self_critical_loss(
        captioner,
        regions,
        tf.range(IMAGES),
        TOKENS,
        worth,
        num_samples=num_samples,
        max_length=LONGEST,
        baseline=baseline,
        seed=tf.constant(seed),
    )


def expected_reward(captioner, regions):
    """The mean over the pictures, by going through all captions there are."""
    total = 0.0
    for first, second in [(END, PAD), *itertools.product((A, B), (END, A, B))]:
        before = tf.constant([[START, first]] * IMAGES)
        logits = captioner(regions, before, tf.range(IMAGES))
        log_p = tf.nn.log_softmax(logits + ban(TOKENS, 5))
        chance = log_p[:, 0, first]
        if first != END:
            chance += log_p[:, 1, second]
        value = WORTH.get((first, second), 0.0)
        total += tf.reduce_mean(tf.exp(chance) * value * (1.0 + np.arange(IMAGES)))
    return total


@pytest.mark.parametrize("baseline", ["others", "greedy"])
def test_the_gradient_is_that_of_the_expected_reward(captioner, regions, baseline):
    variables = captioner.trainable_variables
    with tf.GradientTape() as tape:
        exact = -expected_reward(captioner, regions)
    expected = tape.gradient(exact, variables)
    with tf.GradientTape() as tape:
        found = outcome(captioner, regions, 20_000, baseline)
    estimated = tape.gradient(found.loss, variables)
    np.testing.assert_allclose(found.loss, exact, atol=0.02)
    np.testing.assert_allclose(found.reward, -found.loss, rtol=1e-6)
    scale = max(float(tf.reduce_max(tf.abs(g))) for g in expected)
    assert scale > 0.01
    for one, other in zip(estimated, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=0.05 * scale)


def test_a_baseline_takes_noise_away(captioner, regions):
    """Of rewards that are all high, a baseline leaves what differs; without one every
    caption that is drawn becomes likelier, and the noise is tens of times as large."""

    def spread(baseline, reward):
        found = []
        for seed in range(30):
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
                    seed=tf.constant((seed, 0)),
                ).loss
            found.append(tape.gradient(loss, captioner.decoder.output_bias).numpy())
        return np.var(found, axis=0).sum()

    def high(numbers, ids):
        return 10.0 + worth(numbers, ids)

    def high_but_greedy_is_worth_nothing(numbers, ids):
        return high(numbers, ids) * float(ids.shape[1] == 5)

    none = spread("greedy", high_but_greedy_is_worth_nothing)
    assert spread("others", high) < 0.1 * none
    assert spread("greedy", high) < 0.1 * none


def test_the_mean_of_the_others_leaves_a_sample_s_own_reward_out(captioner, regions):
    """Of two samples: a caption's own share in its baseline would halve it."""
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
            worth,
            num_samples=2,
            max_length=LONGEST,
            baseline="others",
            seed=tf.constant((3, 4)),
        )
    scale = float(tf.reduce_max(tf.abs(expected)))
    np.testing.assert_allclose(
        tape.gradient(found.loss, variable), expected, atol=0.1 * scale
    )


def test_it_learns_to_say_what_is_worth_most(captioner, regions):
    optimizer = keras.optimizers.Adam(0.02)

    @tf.function(autograph=False)
    def step(seed):
        with tf.GradientTape() as tape:
            found = self_critical_loss(
                captioner,
                regions,
                tf.range(IMAGES),
                TOKENS,
                worth,
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
    assert np.mean(rewards[-10:]) > 1.4  # of 1.5, both pictures' mean
    said = captioner.greedy_search(regions, TOKENS, max_length=LONGEST).token_ids
    np.testing.assert_array_equal(said[:, 0], [[A, END]] * IMAGES)


# === The reward ===

BOAT = [4, 5, 6, END]  # "a red boat"
GULL = [7, 8, 9, END]


def test_an_end_that_comes_too_soon_costs():
    references = [[BOAT, BOAT], [GULL, GULL]]
    reward = CiderReward(references, PAD)
    drawn = tf.constant([[[*BOAT, PAD], [4, 5, END, PAD, PAD], [4, 5, 6, 4, 5]]])
    whole, cut, endless = reward(tf.constant([0]), drawn).numpy()[0]
    assert whole == pytest.approx(10.0, abs=1e-4)
    assert cut < 0.6 * whole and endless < 0.8 * whole


def test_each_picture_is_held_against_its_own_references():
    reward = CiderReward([[BOAT], [GULL]], PAD)
    drawn = tf.constant([[BOAT, GULL], [BOAT, GULL]])
    found = reward(tf.constant([1, 0]), drawn).numpy()
    np.testing.assert_allclose(found, [[0, 10], [10, 0]], atol=1e-4)


# === The options ===


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": "hinge"}, "cross_entropy or self_critical"),
        ({"baseline": "zero"}, "others or greedy"),
        ({"num_samples": 1}, "mean of the others"),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        override(CaptionsConfig(), **options)
