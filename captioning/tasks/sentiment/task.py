"""Sentiment, many-to-one: a text in, read word by word, its class out."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from captioning.models.sentiment import SentimentClassifier
from captioning.nn.losses import verdict_cross_entropy
from captioning.tasks.sentiment.config import SentimentConfig
from captioning.tasks.task import Cell, Task, TrainingData, WordWeights
from data_prep.pipeline.sentence_batches import dataset_by_length
from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.dataset_info import DatasetInfo, check_kind
from data_prep.prepared.sentences import LabelledTexts, load_labelled
from data_prep.text.choose_tokenizer import Tokenizer, load_tokenizer
from data_prep.text.prefixes import prefixes_of, with_start

NEGATIVE, POSITIVE = 0, 1
BATCH_SIZE = 250  # sentences judged at once: enough to forget the cost of a call


class Sentiment(Task):
    """A reader of moods and its words.

    Args:
        config: its options.
        tokenizer: words or subwords.
        cell: the cell it reads with, shared or not.
    """

    kind = "sentiment"
    unit = "sentences"
    score_name = "accuracy"

    def __init__(self, config: SentimentConfig, tokenizer: Tokenizer, cell: Cell):
        self.config = config
        self.tokenizer = tokenizer
        self.model = SentimentClassifier(
            len(tokenizer),
            config.recurrent.embedding_dim,
            cell,
            dropout=config.regularization.dropout,
            readout_dropout=config.regularization.readout_dropout,
            word_dropout=config.regularization.word_dropout,
            gram_dropout=config.ngrams.gram_dropout,
            longest_gram=config.ngrams.longest_gram,
            gram_dim=config.ngrams.gram_dim,
            gram_buckets=config.ngrams.gram_buckets,
            name="sentiment",
        )
        self.model.build()
        self._verdicts = tf.function(
            lambda token_ids: tf.nn.softmax(self.model.last_logits(token_ids)),
            autograph=False,
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    @classmethod
    def from_data(cls, config: SentimentConfig, data: Path, cell: Cell) -> "Sentiment":
        check_kind(data, DatasetInfo.load(data), cls.kind)
        return cls(config, load_tokenizer(data), cell)

    @classmethod
    def from_run(cls, config: SentimentConfig, folder: Path, cell: Cell) -> "Sentiment":
        return cls(config, load_tokenizer(folder), cell)

    def save(self, folder: Path) -> None:
        self.tokenizer.save(folder / self.tokenizer.FILE)

    def word_weights(self) -> list[WordWeights]:
        return [
            WordWeights(self.tokenizer.words, [(self.model.embedding.embeddings, 0)])
        ]

    def weights_of_token_ids(self) -> list:
        # The row of an n-gram is a hash of its ids.
        return [grams.embeddings for grams in self.model.gram_embeddings]

    # === Training ===

    def training_data(self, data: Path) -> TrainingData:
        config = self.config
        split, dev = load_labelled(data, "train"), load_labelled(data, "dev")
        token_ids = self._token_ids(split.texts)

        def batches(epoch: int, share: Share = WHOLE) -> tf.data.Dataset:
            drawn = token_ids
            if config.regularization.subword_alpha:
                drawn = self._token_ids(
                    split.texts, config.regularization.subword_alpha
                )
            return dataset_by_length(
                [drawn[:, : config.reading.max_length], split.labels],
                batch_size=config.training.batch_size,
                seed=config.training.seed,
                epoch=epoch,
                share=share,
                # The batches of workers that cut words by chance must agree.
                lengths_of=[token_ids[:, : config.reading.max_length]]
                if share.count > 1
                else [],
            )

        return TrainingData(
            batches,
            len(split.texts),
            -(-len(split.texts) // config.training.batch_size),
            lambda: self._accuracy(dev),
        )

    def _token_ids(self, texts: list[str], alpha: float = 0.0) -> tf.RaggedTensor:
        return with_start(self.tokenizer.ids(tf.constant(texts), alpha))

    def loss(self, batch, training: bool = True) -> tf.Tensor:
        """Return the mean cross-entropy of the verdicts, float32 (), in nats.

        In training part of it is that of the verdicts after a prefix of each text,
        whose label is the text's.
        """
        token_ids, labels = batch
        regularization = self.config.regularization
        smoothing = regularization.label_smoothing if training else 0.0
        weight = regularization.prefix_weight if training else 0.0

        def mean_of(logits) -> tf.Tensor:
            return tf.reduce_mean(verdict_cross_entropy(labels, logits, smoothing))

        if not weight:
            return mean_of(self.model.last_logits(token_ids, training=training))
        whole, prefix = self.model.logits_of_prefix(token_ids, training=training)
        return (1 - weight) * mean_of(whole) + weight * mean_of(prefix)

    def loss_terms(self, batch) -> tf.Tensor:
        _, labels = batch
        return tf.cast(tf.size(labels), tf.float32)

    # === Use ===

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """Return how probable it is that each text is positive, ``(texts,)``."""
        token_ids = self._token_ids(texts)
        found = np.zeros(len(texts), np.float32)
        # Texts of like length together: little padding.
        order = np.argsort(token_ids.row_lengths().numpy(), kind="stable")
        for first in range(0, len(texts), BATCH_SIZE):
            rows = order[first : first + BATCH_SIZE]
            judged = self._verdicts(tf.gather(token_ids, rows).to_tensor())
            found[rows] = judged[:, POSITIVE].numpy()
        return found

    def _accuracy(self, split: LabelledTexts) -> float:
        found = self.probabilities(split.texts) > 0.5
        return float(np.mean(found == (split.labels == POSITIVE)))

    def scores(self, data: Path, split: str) -> dict[str, float]:
        return {"accuracy": self._accuracy(load_labelled(data, split))}

    def examples(self, data: Path, split: str, count: int) -> list[str]:
        texts, labels = load_labelled(data, split)
        found = self.probabilities(texts[:count])
        return [
            f"{text} -> {_said(probability)} (it is {_said(label)})"
            for text, probability, label in zip(texts, found, labels, strict=False)
        ]

    def serving_function(self, **options):
        """Return `texts` string ``(batch,)`` -> the verdict after every word.

        `words` string ``(batch, words)``, cut at white space, "" after the last;
        `positive` float32 ``(batch, words)``, the probability after each word that the
        text is positive, the last one's repeated after the last word; `known` bool
        ``(batch, words)``, whether a word has any part that is not UNK; `verdict`
        float32 ``(batch,)``, the probability after the last word.
        """

        @tf.function(
            autograph=False,
            input_signature=[tf.TensorSpec((None,), tf.string, name="texts")],
        )
        def serve(texts):
            read = prefixes_of(self.tokenizer, texts)
            logits = self.model(read.token_ids)
            after = tf.nn.softmax(logits)[..., POSITIVE]
            return {
                "words": read.words,
                "positive": tf.gather(after, read.ends, batch_dims=1),
                "known": read.known,
                "verdict": tf.gather(after, read.last, batch_dims=1),
            }

        return serve

    def tracked_resources(self) -> list:
        return [self.tokenizer]


def _said(probability: float) -> str:
    return "positive" if probability > 0.5 else "negative"
