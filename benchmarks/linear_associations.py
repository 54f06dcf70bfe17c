"""python -m benchmarks.linear_associations: baselines for related words.

One caption of a picture is read. To be found are the content words of its other
captions that this caption lacks. Three ways to rank words, all without word order:

- frequency: the most frequent words, independent of the caption.
- P(word | word read), smoothed towards the word's frequency, as a mean over the words
  of the caption: co-occurrence counts.
- ridge regression from the caption's bag of words.

Recall@10, a mean over captions. Hyperparameters are chosen on dev and used once on
test. `WordAssociations` must be better than these.
"""

from pathlib import Path

import numpy as np

from benchmarks.arguments import add_data_flag, parser_of
from benchmarks.linear_tags import ridge
from data_prep.errors import exit_on_bad_input

K = 10
NUM_RELATED = 2000  # the least frequent one is in captions of five training pictures
SMOOTHING = (
    1.0,
    3.0,
    10.0,
    30.0,
)  # average captions that are added to each word's counts
PENALTIES = (3.0, 10.0, 30.0, 100.0)  # of the ridge, in captions


def main() -> int:
    parser = parser_of(
        "linear_associations",
        "Recall@10 of three ways to find related words.",
        "--data data/flickr8k",
    )
    add_data_flag(parser)
    flags = parser.parse_args()
    splits, num_words = read_data(flags.data)
    print(f"recall@{K} among {num_words} content words, after the whole caption")
    for name, (chosen, dev, test) in measure(splits).items():
        shown = "" if chosen is None else f" ({chosen:g})"
        print(f"{name + shown:<36} dev {dev:.4f}, test {test:.4f}")
    return 0


def read_data(data: Path) -> tuple[dict, int]:
    """Return by split `(bag, read, expected)` and the number of content words.

    bag: float32 ``(captions, vocabulary)``, which words the caption has. read: bool
    ``(captions, content words)``, which content words it has. expected: bool, the same
    shape, which content words the picture's other captions have.
    """
    from data_prep.prepared.captions import load_captions
    from data_prep.text import content_words
    from data_prep.text.vocabulary import Vocabulary

    # Without the four special tokens, which no caption has.
    vocabulary = Vocabulary.load(data / "vocabulary.txt").words[4:]
    captions = {
        name: load_captions(data, name).captions for name in ("train", "dev", "test")
    }
    related = content_words.most_frequent(captions["train"], NUM_RELATED)
    splits = {}
    for name, groups in captions.items():
        alone = [(text,) for texts in groups for text in texts]
        read = content_words.sets_of(alone, related)
        bag = content_words.sets_of(alone, vocabulary).astype(np.float32)
        picture = np.repeat(np.arange(len(groups)), [len(texts) for texts in groups])
        counts = np.zeros((len(groups), len(related)), np.int32)
        np.add.at(counts, picture, read)  # how many of a picture's captions have it
        splits[name] = (bag, read, counts[picture] > read)
    return splits, len(related)


def measure(splits: dict) -> dict[str, tuple]:
    """Return by baseline (hyperparameter chosen on dev or None, recall on dev, test).

    Args:
        splits: "train", "dev", "test" -> what `read_data` returns.
    """
    bag, read, expected = splits["train"]
    results = {}

    frequency = read.sum(axis=0)
    results["frequency"] = _chosen(
        splits, {None: lambda bag, read: np.tile(frequency, (len(read), 1))}
    )

    read_float = read.astype(np.float32)
    together = read_float.T @ expected.astype(np.float32)  # (word read, word expected)
    usual = expected.mean(axis=0, dtype=np.float32)
    conditional = {
        smoothing: (together + smoothing * usual) / (frequency[:, None] + smoothing)
        for smoothing in SMOOTHING
    }
    results["P(word | words read), smoothed"] = _chosen(
        splits,
        {
            smoothing: lambda bag, read, p=table: read.astype(np.float32) @ p
            for smoothing, table in conditional.items()
        },
    )

    targets = expected & ~read
    mean = targets.mean(axis=0, dtype=np.float32)
    weights = {penalty: ridge(bag, targets, penalty) for penalty in PENALTIES}
    results["ridge regression, bag of words"] = _chosen(
        splits,
        {
            penalty: lambda bag, read, w=matrix: bag @ w + mean
            for penalty, matrix in weights.items()
        },
    )
    return results


def _chosen(splits, rankings) -> tuple:
    """Return the best hyperparameter on dev, and the recall on dev and on test."""
    from captioning.metrics.ranking import recall_at_k

    def recall(split, value):
        bag, read, expected = splits[split]
        return recall_at_k(rankings[value](bag, read), expected, K, excluded=read)

    dev = {value: recall("dev", value) for value in rankings}
    best = max(dev, key=dev.get)
    return best, dev[best], recall("test", best)


if __name__ == "__main__":
    exit_on_bad_input(main)
