"""A pretrained Transformer that judges texts, by torch and transformers."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_prep.console import say
from data_prep.prepared.sentences import LabelledTexts

BATCH_SIZE = 64
LEARNING_RATE = 8e-5  # for six layers; larger models take 2e-5 to 5e-5
WARM_UP = 200  # steps
LONGEST = 64  # subwords; SST-2's longest sentence has 66
NEAREST = 10  # words to choose from


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
        self.model, loaded = classifier.from_pretrained(
            folder, num_labels=2, output_loading_info=True
        )
        # Of a model without an output layer its weights are missing, and so random.
        self.is_fine_tuned = not any("classifier" in k for k in loaded["missing_keys"])

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

        pad = torch.nn.utils.rnn.pad_sequence
        ids = [torch.tensor(row) for row in rows]
        mask = [torch.ones_like(row) for row in ids]
        return self.model(
            input_ids=pad(ids, batch_first=True),
            attention_mask=pad(mask, batch_first=True),
        ).logits


def _by_length(ids, generator: np.random.Generator | None = None) -> list[np.ndarray]:
    """Return batches of rows of like length; with a generator other ones each time."""
    lengths = np.array([len(row) for row in ids], float)
    if generator is not None:
        lengths += generator.uniform(0, 3, len(lengths))
    order = np.argsort(lengths, kind="stable")
    return [order[i : i + BATCH_SIZE] for i in range(0, len(order), BATCH_SIZE)]
