"""METEOR as NLTK computes it, where WordNet is installed."""

from collections.abc import Hashable
from zipfile import BadZipFile

from captioning.metrics.pairs import Candidates, References, check_pairs

METEOR_NAME = "METEOR (NLTK)"  # never plain "METEOR": see below


def meteor(
    candidates: Candidates, references: References
) -> tuple[float, dict[Hashable, float]] | None:
    """The mean over images and each image's METEOR in 0..1; None without WordNet.

    Banerjee & Lavie 2005, "METEOR: An Automatic Metric for MT Evaluation with Improved
    Correlation with Human Judgments": words are aligned if equal, of equal stem or
    synonyms in WordNet; a harmonic mean of precision and recall, less a penalty for
    scattered matches; the best reference counts. coco-caption runs METEOR 1.5, which
    has paraphrases and other weights, so the two numbers must not be compared. (NLTK
    looks words up in WordNet by their stems: it knows that an "auto" is a "car", but
    not that an "automobile", stem "automobil", is one.)

    WordNet is looked for where NLTK looks (the environment variable NLTK_DATA, a
    nltk_data folder); nothing is ever downloaded.
    """
    check_pairs(candidates, references)
    # Here, since importing NLTK takes a second that the other metrics need not pay.
    from nltk.translate.meteor_score import meteor_score

    from captioning.metrics.wordnet import Stems, load_synonyms

    try:
        synonyms = load_synonyms()
    except (LookupError, OSError, BadZipFile):  # absent, or not readable as WordNet
        return None
    stems = Stems()
    per_image = {
        image: float(
            meteor_score(references[image], candidate, str.lower, stems, synonyms)
        )
        for image, candidate in candidates.items()
    }
    return sum(per_image.values()) / len(per_image), per_image
