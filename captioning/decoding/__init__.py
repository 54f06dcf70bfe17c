"""Decoding: from a step function to whole sequences, in-graph and batched.

Nothing here knows a model: a search takes a step function and its first state, and
returns token ids and scores. `search` states the contract; a new search is a new file.
"""

from captioning.decoding.beam import beam_search
from captioning.decoding.sampling import greedy_search, sample
from captioning.decoding.search import Hypotheses, Step, Tokens, ban

__all__ = [
    "Hypotheses",
    "Step",
    "Tokens",
    "ban",
    "beam_search",
    "greedy_search",
    "sample",
]
