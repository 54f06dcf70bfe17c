"""Metrics. Of captions against references: BLEU, ROUGE-L, CIDEr-D and METEOR.

No Java: given the tokens of coco-caption's tokenizer (`metrics.ptb_tokenizer`), BLEU,
ROUGE-L and CIDEr-D equal those of coco-caption, for the corpus and for each image.
METEOR is NLTK's and has its own name: it is *not* coco-caption's METEOR 1.5.

One file a metric; each takes `candidates[image] = tokens` and
`references[image] = [tokens, ...]`. `score_corpus` computes those that can always be
computed. One that needs files of its own, as METEOR needs WordNet, is no part of that:
`tasks.caption_scores.score_captions` adds it where it can be computed. Others:
`diversity` of captions, `ranking` of tags and related words, `translation` (sacreBLEU).
"""

from captioning.metrics.bleu import bleu
from captioning.metrics.cider import CiderD, cider_d
from captioning.metrics.meteor import METEOR_NAME, meteor, meteor_available
from captioning.metrics.pairs import Candidates, References
from captioning.metrics.rouge import rouge_l
from captioning.metrics.score_corpus import Scores, score_corpus

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
