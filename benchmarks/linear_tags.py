"""python -m benchmarks.linear_tags: what a linear model makes of the pictures' tags.

Ridge regression from a picture's mean region to its tags: nothing hidden, nothing
recurrent. A tag is one of the most frequent content words of the training captions; a
picture has it if any of its captions says it. The tagger must be better than this to
have a use for its cell.

The strength of the penalty is chosen on dev; test is looked at once, with it.
"""

import argparse
from pathlib import Path

import numpy as np

from data_prep.errors import exit_on_bad_input

NUM_TAGS = 300
# Penalties in shares of the variance, a factor of three apart around the best.
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linear_tags",
        description="Macro mean average precision of ridge regression over tags.",
        epilog="example:\n  python -m benchmarks.linear_tags --data data/flickr8k",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="a prepared data set"
    )
    flags = parser.parse_args()
    pooled, said = read_data(flags.data)
    penalty, scores = measure(pooled, said)
    print(f"macro mean average precision over {said['test'].shape[1]} tags")
    shown = ", ".join(f"{name} {score:.4f}" for name, score in scores.items())
    print(f"ridge regression, penalty {penalty:g}: {shown}")
    print(f"prevalence (what chance gives): test {said['test'].mean():.4f}")
    return 0


def read_data(data: Path) -> tuple[dict, dict]:
    """Return by split the pooled regions ``(pictures, region_dim)`` and whether each
    picture has each tag, bool ``(pictures, tags)``."""
    from captioning.tasks.image_encoding import features_of
    from captioning.tasks.presets import preset
    from data_prep.pipeline import features
    from data_prep.prepared.captions import load_captions
    from data_prep.text import content_words

    splits = {name: load_captions(data, name) for name in ("train", "dev", "test")}
    tags = content_words.most_frequent(splits["train"].captions, NUM_TAGS)
    recipe = features_of(preset("flickr8k-tags"))
    pooled = {
        name: features.cached(data, name, recipe).mean(axis=1, dtype=np.float32)
        for name in splits
    }
    said = {
        name: content_words.sets_of(split.captions, tags)
        for name, split in splits.items()
    }
    return pooled, said


def measure(pooled: dict, said: dict) -> tuple[float, dict[str, float]]:
    """Return the penalty chosen on dev, and the score on dev and on test.

    Args:
        pooled: "train", "dev", "test" -> float ``(pictures, region_dim)``.
        said: the same splits -> bool ``(pictures, tags)``.
    """
    from captioning.metrics.ranking import macro_average_precision

    mean = pooled["train"].mean(axis=0)
    deviation = pooled["train"].std(axis=0) + 1e-6  # of a channel that never fires
    scaled = {name: (rows - mean) / deviation for name, rows in pooled.items()}
    weights = {
        penalty: ridge(scaled["train"], said["train"], penalty * len(scaled["train"]))
        for penalty in PENALTIES
    }

    def score(split, penalty):
        return macro_average_precision(scaled[split] @ weights[penalty], said[split])

    dev = {penalty: score("dev", penalty) for penalty in PENALTIES}
    best = max(dev, key=dev.get)
    return best, {"dev": dev[best], "test": score("test", best)}


def ridge(inputs, targets, penalty: float) -> np.ndarray:
    """Return W that minimises |X W - (Y - mean Y)|^2 + penalty |W|^2.

    W = (X' X + penalty I)^-1 X' (Y - mean Y)   (Hoerl & Kennard 1970)

    Args:
        inputs: X, float32 ``(rows, input_dim)``.
        targets: Y, ``(rows, outputs)``, numbers or bool.

    Returns:
        ``(input_dim, outputs)``.
    """
    targets = targets.astype(np.float32)
    gram = inputs.T @ inputs
    gram[np.diag_indices_from(gram)] += penalty
    return np.linalg.solve(gram, inputs.T @ (targets - targets.mean(axis=0)))


if __name__ == "__main__":
    exit_on_bad_input(main)
