"""python -m benchmarks.linear_sentiment: what a linear model makes of the sentences.

Counts of n-grams, weighted by tf-idf, and a logistic regression: nothing recurrent,
and order only within n words or characters. The recurrent reader of the same prepared
data set must be better than this to have learned anything about order.

The strength of the regularisation is chosen on dev; test is looked at once, with it.
"""

import argparse
import json
from pathlib import Path

from data_prep.errors import BadInput, exit_on_bad_input

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
    splits = {name: read_split(flags.data, name) for name in ("train", "dev", "test")}
    strength, accuracies = measure(splits, flags.count)
    shown = ", ".join(f"{name} {value:.4f}" for name, value in accuracies.items())
    print(f"{flags.count} 1-{LONGEST[flags.count]}-grams, C = {strength:g}: {shown}")
    return 0


def read_split(data: Path, split: str) -> tuple[list[str], list[int]]:
    """Return the texts and the labels of one split of a prepared data set.

    Raises:
        BadInput: there is no such file, or it holds no sentences with labels.
    """
    path = data / f"{split}.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        examples = [json.loads(line) for line in lines if line]
        texts = [str(example["text"]) for example in examples]
        return texts, [int(example["label"]) for example in examples]
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected a prepared data set "
            "of kind sentiment: make one with python -m data_prep.prepare."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f'{path} holds a line without {{"text": ..., "label": 0 or 1}}; expected a '
            "prepared data set of kind sentiment."
        ) from error


def measure(splits: dict, count: str) -> tuple[float, dict[str, float]]:
    """Return the strength chosen on dev, and the accuracy on dev and on test.

    Args:
        splits: "train", "dev", "test" -> (texts, labels).
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
    features = {"train": vectorizer.fit_transform(splits["train"][0])}
    for split in ("dev", "test"):
        features[split] = vectorizer.transform(splits[split][0])
    models = {
        strength: LogisticRegression(
            C=strength, solver="liblinear", random_state=0
        ).fit(features["train"], splits["train"][1])
        for strength in STRENGTHS
    }
    dev = {
        strength: float(model.score(features["dev"], splits["dev"][1]))
        for strength, model in models.items()
    }
    best = max(dev, key=dev.get)
    test = float(models[best].score(features["test"], splits["test"][1]))
    return best, {"dev": dev[best], "test": test}


if __name__ == "__main__":
    exit_on_bad_input(main)
