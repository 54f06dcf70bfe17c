"""The optimizers of a training: clipped gradients, and the moving average."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.training.optimizer import apply_clipped


@pytest.mark.parametrize("clip_norm, steps", [(1.0, (0.6, 0.8)), (9.0, (3.0, 4.0))])
def test_gradients_are_clipped_by_the_norm_of_all_of_them(clip_norm, steps):
    groups = [[keras.Variable([10.0])], [keras.Variable([10.0])]]
    gradients = [[tf.constant([3.0])], [tf.constant([4.0])]]  # a norm of 5
    optimizers = [keras.optimizers.SGD(1.0) for _ in groups]
    apply_clipped(optimizers, groups, gradients, clip_norm)
    left = [float(variable[0]) for (variable,) in groups]
    np.testing.assert_allclose(left, 10.0 - np.array(steps), rtol=1e-6)


@pytest.mark.parametrize(
    "steps, started, momentum",
    [
        (4000, False, 0.998),
        (40, False, 0.9),
        (1, False, 0.0),
        (4000, True, 0.998),
        (40, True, 0.975),
        (1, True, 0.0),
    ],
)
def test_the_average_looks_back_no_further_than_a_training_lasts(
    steps, started, momentum, small_captioner, train_step
):
    learner = train_step(small_captioner(), total_steps=steps, started=started)
    assert learner.optimizers["captions"].ema_momentum == pytest.approx(momentum)
