"""python -m benchmarks.fasttext_sentiment: fastText as a baseline for sentiment.

The library's classifier (Joulin et al. 2017): the mean embedding of words, of their
n-grams and of n-grams of characters, and a softmax. The number of epochs is chosen on
dev and used once on test. Needs ``pip install fasttext-wheel``.
"""

import tempfile
from pathlib import Path

from benchmarks.arguments import add_data_flag, parser_of
from data_prep.errors import exit_on_bad_input
from data_prep.prepared.sentences import LabelledTexts, load_labelled

# The library's advice for short texts, and n-grams that suit Korean's endings.
OPTIONS = {"lr": 0.3, "dim": 64, "wordNgrams": 2, "minn": 2, "maxn": 4, "thread": 1}
EPOCHS = (3, 5, 10)


def main() -> int:
    parser = parser_of(
        "fasttext_sentiment",
        "Accuracy of fastText's classifier.",
        "--data data/nsmc",
    )
    add_data_flag(parser)
    flags = parser.parse_args()
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        files = {
            split: _written(load_labelled(flags.data, split), Path(folder) / split)
            for split in ("train", "dev", "test")
        }
        models = {
            epochs: fasttext.train_supervised(
                files["train"], epoch=epochs, verbose=0, **OPTIONS
            )
            for epochs in EPOCHS
        }
        dev = {epochs: model.test(files["dev"])[1] for epochs, model in models.items()}
        best = max(dev, key=dev.get)
        test = models[best].test(files["test"])[1]
    print(f"fastText, {best} epochs: dev {dev[best]:.4f}, test {test:.4f}")
    return 0


def _written(split: LabelledTexts, path: Path) -> str:
    """Write a split as the library reads it, a text a line after its label."""
    lines = (
        f"__label__{round(label)} {' '.join(text.lower().split())}\n"
        for text, label in zip(split.texts, split.labels, strict=True)
    )
    path.write_text("".join(lines), "utf-8")
    return str(path)


if __name__ == "__main__":
    exit_on_bad_input(main)
