"""CIDEr-D: similarity of n-grams, weighted by tf-idf, of captions and references."""

import math
from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

from captioning.metrics.pairs import (
    Candidates,
    References,
    Tokens,
    check_pairs,
    check_references,
    check_tokens,
    count_ngrams,
)

LONGEST = 4
SIGMA = 6.0  # width of the length penalty, in words
SCALE = 10.0  # of the published numbers


class _Vectors(NamedTuple):
    """A sentence as one tf-idf vector for each n."""

    weights: list[dict[tuple, float]]  # (LONGEST,) n-gram -> term frequency * idf
    norms: list[float]  # (LONGEST,) Euclidean lengths of the vectors
    length: int  # number of bigrams, coco-caption's measure of length


class CiderD:
    """CIDEr-D against fixed references, whose n-grams are counted once.

    Vedantam et al. 2014, "CIDEr: Consensus-based Image Description Evaluation"
    (arXiv:1411.5726), section 8 for the D: for each n in 1..4 the cosine between the
    tf-idf vectors of candidate c and reference s, with c's weights clipped to s's so
    that repeating a word gains nothing, times exp(-(l_c - l_s)^2 / (2 sigma^2)); the
    mean over n and over the references, times 10. coco-caption prints it as "CIDEr".

    idf(n-gram) = log(images / images whose references have it), over the given
    references: scores can be compared only within one reference set, and a single image
    always scores 0. Tokens may be words or ids, anything hashable.

    Args:
        references: the tokens of the references of every image, one or more each.

    Example:
        >>> words = {1: [["a", "red", "boat"]], 2: [["two", "gulls"]]}
        >>> scores = CiderD(words).score({1: ["a", "red", "boat"], 2: ["a", "gull"]})
        >>> {i: round(s, 3) for i, s in scores.items()}  # 1 has no 4-gram: 3 of 4
        {1: 7.5, 2: 0.0}
    """

    def __init__(self, references: References):
        check_references(references)
        self._log_images = math.log(len(references))
        counted = {
            image: [(len(s), count_ngrams(s, LONGEST)) for s in sentences]
            for image, sentences in references.items()
        }
        images_with: Counter[tuple] = Counter()
        for sentences in counted.values():
            counters = [c for _, counts in sentences for c in counts]
            images_with.update({ngram for c in counters for ngram in c})
        self._idf = {
            ngram: self._log_images - math.log(images)
            for ngram, images in images_with.items()
        }
        self._references = {
            image: [self._vectors(length, counts) for length, counts in sentences]
            for image, sentences in counted.items()
        }

    def score(self, candidates: Candidates) -> dict[Hashable, float]:
        """Return each image's CIDEr-D in 0..10; the corpus score is their mean.

        Args:
            candidates: tokens by image, for all images of the references or some.

        Raises:
            ValueError: an image is not among the references, or text was not tokenized.
        """
        check_tokens(candidates)
        return {i: self.score_one(i, tokens) for i, tokens in candidates.items()}

    def score_one(self, image: Hashable, candidate: Tokens) -> float:
        """Return the CIDEr-D in 0..10 of one caption of one image."""
        if image not in self._references:
            raise ValueError(
                f"found image {image!r}, which is not among the "
                f"{len(self._references)} images with references: "
                "give CiderD its references first"
            )
        vectors = self._vectors(len(candidate), count_ngrams(candidate, LONGEST))
        references = self._references[image]
        total = sum(_similarity(vectors, reference) for reference in references)
        return SCALE * total / len(references)

    def _vectors(self, length: int, counts: list[Counter]) -> _Vectors:
        # An n-gram that is in no reference counts as if one image had it.
        weights = [
            {g: k * self._idf.get(g, self._log_images) for g, k in c.items()}
            for c in counts
        ]
        norms = [math.sqrt(sum(w * w for w in ws.values())) for ws in weights]
        return _Vectors(weights, norms, max(0, length - 1))


def cider_d(
    candidates: Candidates, references: References
) -> tuple[float, dict[Hashable, float]]:
    """Return the mean over images, and each image's CIDEr-D in 0..10: see `CiderD`."""
    check_pairs(candidates, references)
    per_image = CiderD(references).score(candidates)
    return sum(per_image.values()) / len(per_image), per_image


def _similarity(candidate: _Vectors, reference: _Vectors) -> float:
    """Return the mean over n of the clipped cosines, times the length penalty."""
    total = 0.0
    for n in range(LONGEST):
        norm = candidate.norms[n] * reference.norms[n]
        if norm == 0:
            continue
        weights = reference.weights[n]
        total += (
            sum(
                min(weight, weights[ngram]) * weights[ngram]
                for ngram, weight in candidate.weights[n].items()
                if ngram in weights
            )
            / norm
        )
    difference = candidate.length - reference.length
    return total / LONGEST * math.exp(-(difference**2) / (2 * SIGMA**2))
