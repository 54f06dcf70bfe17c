"""Generated batches are like Flickr8k's, and the FLOP of a step ignore padding."""

import numpy as np
import tensorflow as tf

from benchmarks.performance import training_step
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.config import override
from data_prep.text.special_tokens import PAD


def test_padding_is_not_counted_in_a_training_step():
    batch = training_step.made_up_batch(CaptionsConfig(), np.random.default_rng(0))
    wider = batch._replace(token_ids=tf.pad(batch.token_ids, [(0, 0), (0, 9)]))
    flops = training_step.step_flops(CaptionsConfig(), batch)
    assert training_step.step_flops(CaptionsConfig(), wider) == flops
    # Without a cell, words or attention: the projections of the regions alone, which
    # have nothing to learn behind them.
    none = override(CaptionsConfig(), units=1, embedding_dim=1, attention_dim=512)
    images, (regions, region_dim) = len(batch.inputs), training_step.REGIONS
    alone = 2 * 2 * images * regions * region_dim * 2 * 512
    assert 1.0 < training_step.step_flops(none, batch) / alone < 1.4


def test_generated_captions_are_as_long_as_flickr8ks():
    config = CaptionsConfig()
    batch = training_step.made_up_batch(config, np.random.default_rng(0))
    lengths = (batch.token_ids.numpy() != PAD).sum(axis=1)
    assert len(lengths) == config.training.batch_size * training_step.CAPTIONS_PER_IMAGE
    assert lengths.max() <= config.search.max_length + 1
    assert 11 < lengths.mean() < 14  # words, START and END
