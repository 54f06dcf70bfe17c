"""python -m benchmarks.linear_sentiment: a linear baseline for sentiment.

Counts of n-grams, weighted by tf-idf, and a logistic regression: the model is not
recurrent and sees the order only within n words or characters. A recurrent model of the
same prepared data set must be better to have learned anything about order.

The strength of the regularisation is chosen on dev and used once on test.
"""

from collections.abc import Mapping

import numpy as np

from benchmarks.arguments import add_data_flag, parser_of
from data_prep.errors import exit_on_bad_input
from data_prep.prepared.sentences import LabelledTexts, load_labelled

# The longest n-grams that still helped, of words (for English) and of characters (for
# Korean, whose endings and particles are written as parts of words).
LONGEST = {"word": 3, "char": 4}
# Inverse strengths of the L2 penalty, in factors of two around the usual best.
STRENGTHS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


def main() -> int:
    parser = parser_of(
        "linear_sentiment",
        "Accuracy of tf-idf n-grams and a logistic regression.",
        "--data data/sst2",
        "--data data/nsmc --count char",
    )
    add_data_flag(parser)
    parser.add_argument(
        "--count",
        choices=sorted(LONGEST),
        default="word",
        help="n-grams of words (up to 3) or of characters (up to 4)",
    )
    flags = parser.parse_args()
    splits = {
        name: load_labelled(flags.data, name) for name in ("train", "dev", "test")
    }
    strength, accuracies = measure(splits, flags.count)
    shown = ", ".join(f"{name} {value:.4f}" for name, value in accuracies.items())
    print(f"{flags.count} 1-{LONGEST[flags.count]}-grams, C = {strength:g}: {shown}")
    return 0


def measure(
    splits: Mapping[str, LabelledTexts], count: str
) -> tuple[float, dict[str, float]]:
    """Return the strength chosen on dev, and the accuracy on dev and on test.

    Args:
        splits: "train", "dev" and "test".
        count: "word" or "char", a key of `LONGEST`.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(
        analyzer=count,
        ngram_range=(1, LONGEST[count]),
        # Everything between spaces: one-letter words and "n't" matter too.
        token_pattern=r"\S+" if count == "word" else None,
        min_df=1 if count == "word" else 2,
        sublinear_tf=True,
    )
    features = {"train": vectorizer.fit_transform(splits["train"].texts)}
    for split in ("dev", "test"):
        features[split] = vectorizer.transform(splits[split].texts)
    models = {
        strength: LogisticRegression(
            C=strength, solver="liblinear", random_state=0
        ).fit(features["train"], np.rint(splits["train"].labels))
        for strength in STRENGTHS
    }
    dev = {
        strength: float(model.score(features["dev"], splits["dev"].labels))
        for strength, model in models.items()
    }
    best = max(dev, key=dev.get)
    test = float(models[best].score(features["test"], splits["test"].labels))
    return best, {"dev": dev[best], "test": test}


if __name__ == "__main__":
    exit_on_bad_input(main)
