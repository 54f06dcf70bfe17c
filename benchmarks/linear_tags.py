"""python -m benchmarks.linear_tags: a linear baseline for the tags of pictures.

Ridge regression from a picture's mean region to its tags: no hidden layer, no
recurrence. A tag is one of the most frequent content words of the training captions; a
picture has it if one of its captions has the word. The tagger must be better for its
cell to be of use.

The strength of the penalty is chosen on dev and used once on test.
"""

from pathlib import Path

import numpy as np

from benchmarks.arguments import add_data_flag, parser_of
from data_prep.errors import exit_on_bad_input

NUM_TAGS = 300
# Penalties as shares of the variance, in factors of three around the best.
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)


def main() -> int:
    parser = parser_of(
        "linear_tags",
        "Macro mean average precision of ridge regression over tags.",
        "--data data/flickr8k",
    )
    add_data_flag(parser)
    flags = parser.parse_args()
    pooled, has_tag = read_data(flags.data)
    penalty, scores = measure(pooled, has_tag)
    print(f"macro mean average precision over {has_tag['test'].shape[1]} tags")
    shown = ", ".join(f"{name} {score:.4f}" for name, score in scores.items())
    print(f"ridge regression, penalty {penalty:g}: {shown}")
    print(f"prevalence (the score of chance): test {has_tag['test'].mean():.4f}")
    return 0


def read_data(data: Path) -> tuple[dict, dict]:
    """Return by split the pooled regions ``(pictures, region_dim)`` and whether each
    picture has each tag, bool ``(pictures, tags)``."""
    from captioning.tasks.image_encoding import features_of
    from captioning.tasks.registry import preset
    from data_prep.pipeline import features
    from data_prep.prepared.captions import load_captions
    from data_prep.text import content_words

    splits = {name: load_captions(data, name) for name in ("train", "dev", "test")}
    tags = content_words.most_frequent(splits["train"].captions, NUM_TAGS)
    recipe = features_of(preset("tags", "flickr8k"))
    pooled = {
        name: features.cached(data, name, recipe).mean(axis=1, dtype=np.float32)
        for name in splits
    }
    has_tag = {
        name: content_words.sets_of(split.captions, tags)
        for name, split in splits.items()
    }
    return pooled, has_tag


def measure(pooled: dict, has_tag: dict) -> tuple[float, dict[str, float]]:
    """Return the penalty chosen on dev, and the score on dev and on test.

    Args:
        pooled: "train", "dev", "test" -> float ``(pictures, region_dim)``.
        has_tag: the same splits -> bool ``(pictures, tags)``.
    """
    from captioning.metrics.ranking import macro_average_precision

    mean = pooled["train"].mean(axis=0)
    deviation = (
        pooled["train"].std(axis=0) + 1e-6
    )  # not 0 for a channel that is always 0
    scaled = {name: (rows - mean) / deviation for name, rows in pooled.items()}
    weights = {
        penalty: ridge(
            scaled["train"], has_tag["train"], penalty * len(scaled["train"])
        )
        for penalty in PENALTIES
    }

    def score(split, penalty):
        return macro_average_precision(scaled[split] @ weights[penalty], has_tag[split])

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
