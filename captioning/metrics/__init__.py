"""Corpus scores of captions against people's captions: BLEU, ROUGE-L, CIDEr-D, METEOR.

No Java: given the tokens of coco-caption's tokenizer (`metrics.ptb_tokenizer`),
BLEU, ROUGE-L and CIDEr-D equal what coco-caption prints, for the corpus and for each
image. METEOR is NLTK's and has its own name: it is *not* coco-caption's METEOR 1.5.

One file a metric; each takes `candidates[image] = tokens` and
`references[image] = [tokens, ...]` and is pure.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from captioning.metrics.bleu import bleu
from captioning.metrics.cider import CiderD, cider_d
from captioning.metrics.meteor import METEOR_NAME, meteor, meteor_available
from captioning.metrics.pairs import Candidates, References, check_pairs
from captioning.metrics.rouge import rouge_l

__all__ = [
    "METEOR_NAME",
    "Candidates",
    "CiderD",
    "References",
    "Scores",
    "bleu",
    "cider_d",
    "meteor",
    "meteor_available",
    "rouge_l",
    "score_corpus",
]


@dataclass(frozen=True)
class Scores:
    """What `score_corpus` found under "BLEU-1" to "BLEU-4", "ROUGE-L" and "CIDEr-D".

    `overall[name]` is the score of the corpus, `per_image[image][name]` of one image.
    BLEU and ROUGE-L lie in 0..1. CIDEr-D lies in 0..10, and an image's value depends on
    all references that were evaluated with it.
    """

    overall: dict[str, float]
    per_image: dict[Hashable, dict[str, float]]


def score_corpus(candidates: Candidates, references: References) -> Scores:
    """Score one caption per image against that image's references.

    Args:
        candidates: the tokens of the caption of each image.
        references: the tokens of the one or more references of the same images.

    Raises:
        ValueError: the images differ, one has no reference, or text was not tokenized.
    """
    check_pairs(candidates, references)
    overall, per_image = bleu(candidates, references)
    for name, metric in (("ROUGE-L", rouge_l), ("CIDEr-D", cider_d)):
        overall[name], values = metric(candidates, references)
        for image, value in values.items():
            per_image[image][name] = value
    return Scores(overall, per_image)
