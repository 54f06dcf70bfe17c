"""The slower ways to search find the same captions as ours."""

import tensorflow as tf

from benchmarks.performance import search
from captioning.models.captioner import TOKENS
from captioning.tasks.captions.generation import caption_rows


def test_beam_search_one_by_one_gives_our_captions(tiny_run):
    captions, regions = search.cached_regions(tiny_run, 6)
    assert regions.shape[0] == 6
    with search.without_encoder(captions):
        ours = caption_rows(captions.captioner(num_beams=3), regions)
        one_by_one = search._beam_one_by_one(captions, 3)
        assert [one_by_one(row) for row in regions] == ours
    assert captions.model.encoder is not None


def test_greedy_search_by_predict_gives_our_greedy_captions(tiny_run):
    captions, regions = search.cached_regions(tiny_run, 2)
    with search.without_encoder(captions):
        found = captions.model.greedy_search(
            tf.constant(regions), TOKENS, max_length=captions.config.search.max_length
        )
        one_by_one = search._greedy_by_predict(captions)
        for row, expected in zip(regions, found.token_ids[:, 0].numpy(), strict=True):
            words = one_by_one(row)
            assert words == expected[: len(words)].tolist()
