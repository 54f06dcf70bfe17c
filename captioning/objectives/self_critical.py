"""Self-critical training: sampled captions, weighted by reward minus a baseline.

Rennie et al. 2017, "Self-critical Sequence Training for Image Captioning"
(arXiv:1612.00563); the baseline of the other samples is Luo's, 2020, "A Better Variant
of Self-Critical Sequence Training" (arXiv:2003.09971).
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from captioning.decoding import SpecialTokens, logit_bias
from captioning.models.captioner import Captioner
from captioning.objectives.teacher_forcing import teacher_forcing_loss

# int32 (images,), int32 (images, samples, time) -> float32 (images, samples)
Reward = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class SelfCriticalLoss(NamedTuple):
    """Loss and rewards of one batch, each float32 ().

    Attributes:
        loss: minus the mean reward; its gradient is that of minus the expected reward.
        reward: mean over the sampled captions.
        baseline: mean of their baselines.
    """

    loss: tf.Tensor
    reward: tf.Tensor
    baseline: tf.Tensor


def self_critical_loss(
    captioner: Captioner,
    inputs: tf.Tensor,
    image_numbers: tf.Tensor,
    tokens: SpecialTokens,
    reward: Reward,
    *,
    num_samples: int,
    max_length: int,
    baseline: str,
    seed: tf.Tensor,
    training: bool = True,
) -> SelfCriticalLoss:
    """Sample captions w of each picture and return a loss with the gradient of minus
    their expected reward r:

        grad of -E[r] = -E[(r - b) grad log p(w)]          (Rennie et al., eq. 7)

    This holds for any baseline b that does not depend on w. The baseline "others" is
    the mean reward of the picture's other samples, at no extra cost; "greedy" is the
    reward of the caption that greedy search finds. Captions are sampled without
    dropout; log p is computed with it.

    Args:
        captioner: the model to train.
        inputs: pixels, or regions if the captioner has no encoder; one row a picture.
        image_numbers: int32 ``(images,)``, which pictures these are, for `reward`.
        tokens: the special tokens.
        reward: of captions ``(images, samples, time)``, padded behind END.
        num_samples: captions sampled of each picture; at least 2 with "others".
        max_length: tokens of a caption at most, END among them.
        baseline: "others" or "greedy".
        seed: int ``(2,)``, for sampling.
        training: whether dropout is on for log p.
    """
    regions = captioner.encode(inputs, training=training)
    decode = Captioner(None, captioner.decoder)  # the regions are encoded already
    constant_regions = tf.stop_gradient(regions)
    samples = decode.sample(
        constant_regions,
        tokens,
        num_samples=num_samples,
        max_length=max_length,
        seed=seed,
    ).token_ids
    rewards = tf.stop_gradient(reward(image_numbers, samples))
    if baseline == "greedy":
        greedy = decode.greedy_search(constant_regions, tokens, max_length=max_length)
        baselines = tf.broadcast_to(
            reward(image_numbers, greedy.token_ids), tf.shape(rewards)
        )
    else:
        total = tf.reduce_sum(rewards, axis=1, keepdims=True)
        baselines = (total - rewards) / (num_samples - 1)
    embeddings, bias = captioner.decoder.readout_weights()
    token_ids = _with_start(samples, tokens)
    num_images = tf.shape(samples)[0]
    caption_to_image = tf.repeat(tf.range(num_images), num_samples)
    mean_over_tokens = teacher_forcing_loss(
        token_ids,
        lambda before, mask: decode.hidden(
            regions, before, caption_to_image, training, mask
        )[0],
        # The distribution that was sampled from: banned tokens have no probability.
        (embeddings, bias + logit_bias(tokens, bias.shape[0])),
        pad=tokens.pad,
        weights=tf.reshape(rewards - baselines, (-1,)),
    )
    num_tokens = tf.reduce_sum(tf.cast(token_ids[:, 1:] != tokens.pad, tf.float32))
    surrogate = mean_over_tokens * num_tokens / tf.cast(tf.size(rewards), tf.float32)
    mean = tf.reduce_mean(rewards)
    return SelfCriticalLoss(
        loss=surrogate - tf.stop_gradient(surrogate) - mean,
        reward=mean,
        baseline=tf.reduce_mean(baselines),
    )


def _with_start(samples: tf.Tensor, tokens: SpecialTokens) -> tf.Tensor:
    """Return captions ``(images * samples, time + 1)``, START first, cut behind the
    longest."""
    longest = tf.reduce_max(tf.reduce_sum(tf.cast(samples != tokens.pad, tf.int32), -1))
    rows = tf.reshape(samples[..., :longest], (-1, longest))
    starts = tf.fill((tf.shape(rows)[0], 1), tokens.start)
    return tf.concat([starts, rows], axis=1)
