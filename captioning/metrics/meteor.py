"""METEOR as NLTK computes it, where WordNet is installed."""

from collections.abc import Hashable
from zipfile import BadZipFile

from captioning.metrics.pairs import Candidates, References, check_pairs

METEOR_NAME = "METEOR (NLTK)"  # never plain "METEOR": see `meteor`


def meteor_available() -> bool:
    """Return whether NLTK finds WordNet, without which `meteor` cannot run.

    WordNet is looked for where NLTK looks (the environment variable NLTK_DATA, a
    nltk_data folder); nothing is ever downloaded.
    """
    # Imported here, for NLTK takes a second, which the other metrics do not need.
    from captioning.metrics.wordnet_cache import load_synonyms

    try:
        load_synonyms()
    except (LookupError, OSError, BadZipFile):  # absent, or not readable as WordNet
        return False
    return True


def meteor(
    candidates: Candidates, references: References
) -> tuple[float, dict[Hashable, float]]:
    """Return the mean over images and each image's METEOR, both in 0..1.

    Banerjee & Lavie 2005, "METEOR: An Automatic Metric for MT Evaluation with Improved
    Correlation with Human Judgments": words are aligned if they are equal, have equal
    stems or are synonyms in WordNet; the score is a harmonic mean of precision and
    recall, less a penalty for scattered matches; the best reference counts.

    coco-caption runs METEOR 1.5, which has paraphrases and other weights, so the two
    numbers must not be compared. (NLTK looks words up in WordNet by their stems: it
    knows that an "auto" is a "car", but not that an "automobile", stem "automobil",
    is one.)

    Args:
        candidates: the tokens of the caption of each image.
        references: the tokens of the one or more references of the same images.

    Raises:
        ValueError: the images differ, one has no reference, or text was not tokenized.
        LookupError: NLTK finds no WordNet; ask `meteor_available` first.
    """
    check_pairs(candidates, references)
    if not meteor_available():
        raise LookupError(
            "NLTK found no WordNet, which METEOR needs; expected it in one of NLTK's "
            "folders. Set NLTK_DATA to the folder that has corpora/wordnet.zip."
        )
    from nltk.translate.meteor_score import meteor_score

    from captioning.metrics.wordnet_cache import Stems, load_synonyms

    stems, synonyms = Stems(), load_synonyms()
    per_image = {
        image: float(
            meteor_score(references[image], candidate, str.lower, stems, synonyms)
        )
        for image, candidate in candidates.items()
    }
    return sum(per_image.values()) / len(per_image), per_image
