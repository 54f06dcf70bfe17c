"""BLEU, ROUGE-L and CIDEr-D of captions, for a corpus and for each image."""

from collections.abc import Hashable
from dataclasses import dataclass

from captioning.metrics.bleu import bleu
from captioning.metrics.cider import cider_d
from captioning.metrics.pairs import Candidates, References, check_pairs
from captioning.metrics.rouge import rouge_l


@dataclass(frozen=True)
class Scores:
    """The scores "BLEU-1" to "BLEU-4", "ROUGE-L" and "CIDEr-D".

    BLEU and ROUGE-L are in 0..1. CIDEr-D is in 0..10, and an image's value depends on
    all references that were evaluated with it.

    Attributes:
        overall: name -> score of the corpus.
        per_image: image -> name -> score.
    """

    overall: dict[str, float]
    per_image: dict[Hashable, dict[str, float]]


def score_corpus(candidates: Candidates, references: References) -> Scores:
    """Return the scores of one caption for each image against its references.

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
