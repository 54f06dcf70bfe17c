"""python -m benchmarks.linear_sentiment: what a linear model makes of the sentences.

Counts of n-grams, weighted by tf-idf, and a logistic regression: nothing recurrent,
and order only within n words or characters. The recurrent reader of the same prepared
data set must be better than this to have learned anything about order.

The strength of the regularisation is chosen on dev; test is looked at once, with it.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from data_prep.errors import exit_on_bad_input
from data_prep.prepared.sentences import LabelledTexts, load_labelled

# The longest n-grams that still helped, by what is counted: English is written in
# words; Korean glues its grammar to them, so that parts of words have to be seen.
LONGEST = {"word": 3, "char": 4}
# Inverse strengths of the L2 penalty, a factor of two apart around the usual best.
STRENGTHS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linear_sentiment",
        description="Accuracy of tf-idf n-grams and a logistic regression.",
        epilog="example:\n  python -m benchmarks.linear_sentiment --data data/sst2\n"
        "  python -m benchmarks.linear_sentiment --data data/nsmc --count char",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="a prepared data set"
    )
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
        # All that stands between spaces: one-letter words and "n't" tell, too.
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
        ).fit(features["train"], splits["train"].labels)
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
