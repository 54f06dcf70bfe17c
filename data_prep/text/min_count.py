"""The minimum count: how often a word must occur to be in the vocabulary."""

# The usual threshold since Karpathy & Fei-Fei 2015 (arXiv:1412.2306), for more than
# MANY_TEXTS training texts. Of fewer texts all words are kept.
MIN_COUNT = 5
MANY_TEXTS = 5000


def default_min_count(num_texts: int) -> tuple[int, str]:
    """Return the minimum count for a number of training texts, and its reason."""
    if num_texts > MANY_TEXTS:
        return MIN_COUNT, f"over {MANY_TEXTS:,} texts; rarer ones are not learnt"
    return 1, f"{MANY_TEXTS:,} texts or fewer; all words are needed"
