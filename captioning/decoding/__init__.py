"""Decoding: from a step function to whole sequences, in-graph and batched.

No search knows a model: it takes a step function and its initial state, and returns
token ids and scores. `search` has the contract; a new search is a new file.
"""

from captioning.decoding.beam import beam_search
from captioning.decoding.greedy import greedy_search
from captioning.decoding.reranking import (
    Reranker,
    expected_cider_d,
    rerank,
    undetected,
)
from captioning.decoding.sampling import sample
from captioning.decoding.search import Hypotheses, SpecialTokens, Step, logit_bias
from captioning.decoding.word_detectors import WordDetectors

__all__ = [
    "Hypotheses",
    "Reranker",
    "SpecialTokens",
    "Step",
    "WordDetectors",
    "beam_search",
    "expected_cider_d",
    "greedy_search",
    "logit_bias",
    "rerank",
    "sample",
    "undetected",
]
