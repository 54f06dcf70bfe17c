"""ROUGE-L: the longest common subsequence of a caption and a reference."""

from collections.abc import Hashable, Sequence

from captioning.metrics.pairs import Candidates, References, Tokens, check_pairs

BETA = 1.2  # coco-caption's; above 1 recall counts more than precision


def rouge_l(
    candidates: Candidates, references: References
) -> tuple[float, dict[Hashable, float]]:
    """Return the mean over images, and each image's ROUGE-L in 0..1.

    Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", eq. 2-4: with
    LCS the longest common subsequence, P = LCS / words of the candidate, R = LCS /
    words of the reference, F = (1 + beta^2) P R / (R + beta^2 P). As in coco-caption,
    the best P and the best R are taken, even if they come from different references.
    """
    check_pairs(candidates, references)
    per_image = {i: _score(candidates[i], references[i]) for i in candidates}
    return sum(per_image.values()) / len(per_image), per_image


def _score(candidate: Tokens, references: Sequence[Tokens]) -> float:
    common = [longest_common_subsequence(candidate, r) for r in references]
    if not any(common):
        return 0.0
    precision = max(common) / len(candidate)
    recall = max(
        c / len(reference) for c, reference in zip(common, references, strict=True) if c
    )
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def longest_common_subsequence(first: Tokens, second: Tokens) -> int:
    """Return the length of the longest common subsequence.

    >>> longest_common_subsequence("a red boat on water".split(), "a boat".split())
    2
    """
    best = [0] * (len(second) + 1)  # best[j]: of `first` so far and second[:j]
    for word in first:
        diagonal = 0
        for j, other in enumerate(second, start=1):
            above = best[j]
            best[j] = diagonal + 1 if word == other else max(above, best[j - 1])
            diagonal = above
    return best[-1]
