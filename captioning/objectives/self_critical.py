"""Self-critical training: captions that the model drew become likelier the more they
beat what was to be expected.

Rennie et al. 2017, "Self-critical Sequence Training for Image Captioning"
(arXiv:1612.00563); the baseline of the other samples is Luo's, 2020, "A Better Variant
of Self-Critical Sequence Training" (arXiv:2003.09971).
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from captioning.decoding import Tokens, ban
from captioning.models.captioner import Captioner
from captioning.objectives.teacher_forcing import teacher_forcing_loss

# int32 (images,), int32 (images, samples, time) -> float32 (images, samples)
Reward = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class Outcome(NamedTuple):
    """What came of one batch, each float32 ().

    Attributes:
        loss: minus the mean reward, with the gradient of its expectation.
        reward: mean over the captions drawn.
        baseline: mean of what was expected of them.
    """

    loss: tf.Tensor
    reward: tf.Tensor
    baseline: tf.Tensor


def self_critical_loss(
    captioner: Captioner,
    inputs: tf.Tensor,
    image_numbers: tf.Tensor,
    tokens: Tokens,
    reward: Reward,
    *,
    num_samples: int,
    max_length: int,
    baseline: str,
    seed: tf.Tensor,
    training: bool = True,
) -> Outcome:
    """Draw captions w of each picture and follow the gradient of their reward r:

        grad of -E[r] = -E[(r - b) grad log p(w)]          (Rennie et al., eq. 7)

    which holds for any baseline b that does not depend on w. "others" is the mean
    reward of the picture's other samples, which costs nothing; "greedy" that of the
    caption greedy search finds. Captions are drawn without dropout, log p is taken
    with it.

    Args:
        captioner: what learns.
        inputs: pixels, or rows of what the captioner's encoder reads, one a picture.
        image_numbers: int32 ``(images,)``, by which `reward` knows the pictures.
        tokens: the ids that search must know.
        reward: of captions ``(images, samples, time)``, padded behind END.
        num_samples: captions drawn of each picture; of "others" at least 2.
        max_length: words of a caption at most, END among them.
        baseline: "others" or "greedy".
        seed: int ``(2,)``, of the draws.
        training: whether dropout is on for log p.
    """
    regions = captioner.encode(inputs, training=training)
    decode = Captioner(None, captioner.decoder)  # its encoder has seen them already
    seen = tf.stop_gradient(regions)
    drawn = decode.sample(
        seen, tokens, num_samples=num_samples, max_length=max_length, seed=seed
    ).token_ids
    rewards = tf.stop_gradient(reward(image_numbers, drawn))
    if baseline == "greedy":
        plain = decode.greedy_search(seen, tokens, max_length=max_length).token_ids
        expected = tf.broadcast_to(reward(image_numbers, plain), tf.shape(rewards))
    else:
        total = tf.reduce_sum(rewards, axis=1, keepdims=True)
        expected = (total - rewards) / (num_samples - 1)
    embeddings, bias = captioner.decoder.readout_weights()
    token_ids = _sentences(drawn, tokens)
    num_images = tf.shape(drawn)[0]
    caption_to_image = tf.repeat(tf.range(num_images), num_samples)
    mean_over_tokens = teacher_forcing_loss(
        token_ids,
        lambda before, mask: decode.hidden(
            regions, before, caption_to_image, training, mask
        )[0],
        # Of the words that are drawn from: the others must not take any probability.
        (embeddings, bias + ban(tokens, bias.shape[0])),
        pad=tokens.pad,
        weights=tf.reshape(rewards - expected, (-1,)),
    )
    num_tokens = tf.reduce_sum(tf.cast(token_ids[:, 1:] != tokens.pad, tf.float32))
    surrogate = mean_over_tokens * num_tokens / tf.cast(tf.size(rewards), tf.float32)
    mean = tf.reduce_mean(rewards)
    return Outcome(
        loss=surrogate - tf.stop_gradient(surrogate) - mean,
        reward=mean,
        baseline=tf.reduce_mean(expected),
    )


def _sentences(drawn: tf.Tensor, tokens: Tokens) -> tf.Tensor:
    """Return captions one below the other, START first, cut behind the longest."""
    longest = tf.reduce_max(tf.reduce_sum(tf.cast(drawn != tokens.pad, tf.int32), -1))
    rows = tf.reshape(drawn[..., :longest], (-1, longest))
    starts = tf.fill((tf.shape(rows)[0], 1), tokens.start)
    return tf.concat([starts, rows], axis=1)
