"""BLEU of translations, as sacreBLEU counts it."""

from collections.abc import Sequence
from typing import NamedTuple

import sacrebleu


class TranslationBleu(NamedTuple):
    """Corpus BLEU of translations with one reference each.

    Attributes:
        lower_cased: 0..100, of lower-cased text.
        cased: 0..100, of text as it stands.
    """

    lower_cased: float
    cased: float


def bleu(translations: Sequence[str], references: Sequence[str]) -> TranslationBleu:
    """Return the corpus BLEU-4 of translations (Papineni et al. 2002).

    By sacreBLEU (Post 2018, arXiv:1804.08771), which tokenizes both sides itself, by
    the rules of mteval-v13a: hand it text as people write it. Like every figure under
    this signature, and unlike `captioning.metrics.bleu`, which is coco-caption's.

    Args:
        translations: one a sentence.
        references: a person's translation of the same sentences.

    Raises:
        ValueError: the two differ in number, or there is none.
    """
    if len(translations) != len(references) or not references:
        raise ValueError(
            f"bleu got {len(translations)} translations and {len(references)} "
            "references; expected one reference for each translation, one at least."
        )
    return TranslationBleu(
        *[
            metric.corpus_score(list(translations), [list(references)]).score
            for metric in (_metric(lowercase=True), _metric(lowercase=False))
        ]
    )


def signature() -> str:
    """Return how `lower_cased` is counted, as sacreBLEU spells it; the signature of
    `cased` differs in ``case:mixed`` alone."""
    metric = _metric(lowercase=True)
    metric.corpus_score(["a"], [["a"]])  # it learns the number of references
    return metric.get_signature().format(short=False)


def _metric(lowercase: bool):
    return sacrebleu.BLEU(lowercase=lowercase, tokenize="13a")
