"""BLEU-1 to BLEU-4: the share of a caption's n-grams that its references have."""

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from captioning.metrics.pairs import (
    Candidates,
    References,
    Tokens,
    check_pairs,
    count_ngrams,
)

LONGEST = 4
NAMES = tuple(f"BLEU-{n}" for n in range(1, LONGEST + 1))

# coco-caption's guards against 0/0, which decide the value where nothing matches.
_TINY = 1e-15  # added to numerators
_SMALL = 1e-9  # added to denominators


class _Counts(NamedTuple):
    """The counts of one caption or of a corpus."""

    length: int  # words of the candidate
    reference_length: int  # words of the reference that is closest in length
    matches: tuple[int, ...]  # (LONGEST,) n-grams also in a reference, clipped
    guesses: tuple[int, ...]  # (LONGEST,) n-grams of the candidate


def bleu(
    candidates: Candidates, references: References
) -> tuple[dict[str, float], dict[Hashable, dict[str, float]]]:
    """Return the corpus BLEU and that of each image, {"BLEU-1": ... "BLEU-4": ...}.

    Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine
    Translation": BLEU-N = BP * (p_1 ... p_N)^(1/N), with p_n the clipped n-gram
    precision and BP = exp(1 - r/c) where the candidates (c words) are shorter than the
    references (r words). Counts are added up over the corpus *before* dividing, so
    corpus BLEU is not the mean over images. As in coco-caption, each image contributes
    to r its reference of closest length (the shorter one of two), and a tiny constant
    stands in for zero counts.
    """
    check_pairs(candidates, references)
    counts = {i: _count(candidates[i], references[i]) for i in candidates}
    total = _Counts(
        sum(c.length for c in counts.values()),
        sum(c.reference_length for c in counts.values()),
        tuple(map(sum, zip(*(c.matches for c in counts.values()), strict=True))),
        tuple(map(sum, zip(*(c.guesses for c in counts.values()), strict=True))),
    )
    return _score(total), {image: _score(c) for image, c in counts.items()}


def _count(candidate: Tokens, references: Sequence[Tokens]) -> _Counts:
    length = len(candidate)
    in_references = [count_ngrams(reference, LONGEST) for reference in references]
    matches = []
    for n, counts in enumerate(count_ngrams(candidate, LONGEST)):
        matches.append(
            sum(
                min(count, max(reference[n][ngram] for reference in in_references))
                for ngram, count in counts.items()
            )
        )
    return _Counts(
        length,
        min((len(r) for r in references), key=lambda r: (abs(r - length), r)),
        tuple(matches),
        tuple(max(0, length - n) for n in range(LONGEST)),
    )


def _score(counts: _Counts) -> dict[str, float]:
    ratio = (counts.length + _TINY) / (counts.reference_length + _SMALL)
    brevity_penalty = math.exp(1 - 1 / ratio) if ratio < 1 else 1.0
    scores = {}
    product = 1.0
    for n, name in enumerate(NAMES):
        product *= (counts.matches[n] + _TINY) / (counts.guesses[n] + _SMALL)
        scores[name] = brevity_penalty * product ** (1 / (n + 1))
    return scores
