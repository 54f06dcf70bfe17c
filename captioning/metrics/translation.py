"""BLEU of translations, by sacreBLEU."""

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
    the rules of mteval-v13a. Comparable with other numbers of the same signature, not
    with `captioning.metrics.bleu`, which is coco-caption's.

    Args:
        translations: one for each sentence, not tokenized.
        references: of the same sentences, not tokenized.

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
    """Return sacreBLEU's signature of `lower_cased`; that of `cased` differs only in
    ``case:mixed``."""
    metric = _metric(lowercase=True)
    metric.corpus_score(["a"], [["a"]])  # sets the number of references
    return metric.get_signature().format(short=False)


def _metric(lowercase: bool):
    return sacrebleu.BLEU(lowercase=lowercase, tokenize="13a")
