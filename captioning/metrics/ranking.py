"""Metrics of rankings: recall at k and average precision."""

import numpy as np


def recall_at_k(scores, truth, k: int, excluded=None) -> float:
    """Return recall at k: the share of right words among the k best, a mean over rows.

    Args:
        scores: ``(rows, words)``, higher is better.
        truth: bool ``(rows, words)``, the right words.
        k: number of words from the top.
        excluded: bool ``(rows, words)``, words that are neither ranked nor right.

    Returns:
        From 0 to 1. A row without a right word is left out of the mean. A row with
        more than k right words cannot reach 1.

    Raises:
        ValueError: there are fewer than k words, or no row has a right one.
    """
    scores, truth = np.array(scores, np.float64), np.array(truth, bool)
    if excluded is not None:
        scores[np.asarray(excluded, bool)] = -np.inf
        truth &= ~np.asarray(excluded, bool)
    if not 1 <= k <= scores.shape[1]:
        raise ValueError(f"recall_at_k got k={k}; expected 1 to {scores.shape[1]}.")
    # Of equal scores the first word ranks higher.
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(truth, best, axis=1).sum(axis=1)
    right = truth.sum(axis=1)
    if not right.any():
        raise ValueError("recall_at_k got no row with a right word; expected some.")
    return float(np.mean(found[right > 0] / right[right > 0]))


def average_precision(scores, truth) -> float:
    """Return the mean, over the right rows, of the precision at each of them.

    AP = 1/R sum_{right rows r} (right rows ranked down to r) / (rank of r)
    (Manning, Raghavan & Schuetze 2008, section 8.4; R = number of right rows)

    Args:
        scores: ``(rows,)``, higher is better. Of equal scores the first ranks higher.
        truth: bool ``(rows,)``, at least one of them right.
    """
    right = np.asarray(truth, bool)[np.argsort(-np.asarray(scores), kind="stable")]
    ranks = np.flatnonzero(right) + 1
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def macro_average_precision(scores, truth) -> float:
    """Return the mean over tags of `average_precision`: rare tags count as much as
    frequent ones.

    Args:
        scores: ``(pictures, tags)``, higher is better.
        truth: bool ``(pictures, tags)``.

    Returns:
        From 0 to 1; random scores give about the mean prevalence. A tag that no
        picture has is left out of the mean.

    Raises:
        ValueError: no picture has any tag.
    """
    scores, truth = np.asarray(scores), np.asarray(truth, bool)
    tags = np.flatnonzero(truth.any(axis=0))
    if not len(tags):
        raise ValueError(
            "macro_average_precision got no picture with a tag; expected some."
        )
    return float(np.mean([average_precision(scores[:, k], truth[:, k]) for k in tags]))
