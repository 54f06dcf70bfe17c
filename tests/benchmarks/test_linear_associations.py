"""The baselines for related words find words that occur together."""

import numpy as np

from benchmarks import linear_associations


def test_words_that_occur_together_are_found_by_all_but_frequency():
    """Word k is always followed by k + 20; bag and content words are the same."""
    random = np.random.default_rng(2)
    splits = {}
    for name in ("train", "dev", "test"):
        word = random.integers(0, 20, 400)
        read = np.arange(40) == word[:, None]
        expected = np.arange(40) == word[:, None] + 20
        splits[name] = (read.astype(np.float32), read, expected)
    (_, _, frequency), *others = linear_associations.measure(splits).values()
    assert frequency < 0.2
    assert [test for _, _, test in others] == [1.0, 1.0]
