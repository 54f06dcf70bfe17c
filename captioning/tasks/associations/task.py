"""Associations, many-to-many in step: after each word, the words that go with it."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from captioning.metrics.ranking import recall_at_k
from captioning.models.associations import WordAssociations, rank_related
from captioning.nn.losses import related_cross_entropy
from captioning.tasks.associations.config import AssociationsConfig
from captioning.tasks.task import Cell, Task, TrainingData, WordWeights
from captioning.tasks.word_files import load_words, save_words
from data_prep.errors import BadInput
from data_prep.pipeline.sentence_batches import dataset_by_length
from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.captions import load_captions
from data_prep.text import content_words
from data_prep.text.prefixes import prefixes_of, with_start
from data_prep.text.special_tokens import PAD, UNK
from data_prep.text.vocabulary import Vocabulary

RELATED = "related.txt"
NUM_RELATED = 2000  # of Flickr8k: all content words that a picture in 1,000 has
SHOWN = 10
SHARE_OF_PLACES = 0.08  # one of a caption, as often as its last: those are scored
BATCH_SIZE = 250


class Associations(Task):
    """A reader of captions that says which words go with what it read.

    It reads one caption of a picture and expects the content words of its others.

    Args:
        config: its options.
        vocabulary: the words that it reads.
        related: the words that it can answer.
        cell: the cell it reads with, shared or not.
    """

    kind = "captions"
    unit = "captions"
    score_name = f"recall@{SHOWN}"

    def __init__(
        self,
        config: AssociationsConfig,
        vocabulary: Vocabulary,
        related: tuple[str, ...],
        cell: Cell,
    ):
        self.config = config
        self.vocabulary = vocabulary
        self.related = related
        self.model = WordAssociations(
            len(vocabulary),
            len(related),
            config.recurrent.embedding_dim,
            cell,
            dropout=config.regularization.dropout,
            word_dropout=config.regularization.word_dropout,
            name="associations",
        )
        self.model.build()
        self.model.built = True
        self._answer_of = _answers_of_tokens(vocabulary, related)
        self._after_the_last = tf.function(
            self._logits_after_the_last,
            autograph=False,
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    @classmethod
    def from_data(
        cls, config: AssociationsConfig, data: Path, cell: Cell
    ) -> "Associations":
        captions = load_captions(data, "train").captions
        related = content_words.most_frequent(captions, NUM_RELATED)
        vocabulary = Vocabulary.load(data / Vocabulary.FILE)
        task = cls(config, vocabulary, related, cell)
        task._start_at(task._questions(data, "train")[1])
        return task

    @classmethod
    def from_run(
        cls, config: AssociationsConfig, folder: Path, cell: Cell
    ) -> "Associations":
        vocabulary = Vocabulary.load(folder / Vocabulary.FILE)
        return cls(config, vocabulary, load_words(folder / RELATED), cell)

    def save(self, folder: Path) -> None:
        self.vocabulary.save(folder / Vocabulary.FILE)
        save_words(folder / RELATED, self.related)

    def word_weights(self) -> list[WordWeights]:
        model = self.model
        return [
            WordWeights(self.vocabulary.words, [(model.embedding.embeddings, 0)]),
            WordWeights(
                self.related, [(model.readout.kernel, 1), (model.readout.bias, 0)]
            ),
        ]

    # === Training ===

    def training_data(self, data: Path) -> TrainingData:
        config = self.config
        token_ids, counts, _ = self._questions(data, "train")

        def batches(epoch: int, share: Share = WHOLE) -> tf.data.Dataset:
            return dataset_by_length(
                [token_ids[:, : config.reading.max_length], counts],
                batch_size=config.training.batch_size,
                seed=config.training.seed,
                epoch=epoch,
                share=share,
            )

        count = -(-len(counts) // config.training.batch_size)
        return TrainingData(
            batches, len(counts), count, lambda: self._recall(data, "dev")
        )

    def _questions(self, data: Path, split: str):
        """Return of every caption its token ids, ragged ``(captions, (time))``, in how
        many of the picture's other captions each related word is, uint8
        ``(captions, related)``, and which it has itself, bool."""
        pictures = load_captions(data, split).captions
        texts = [text for texts in pictures for text in texts]
        picture_of = np.repeat(np.arange(len(pictures)), [len(p) for p in pictures])
        own = content_words.sets_of([[text] for text in texts], self.related)
        totals = np.zeros((len(pictures), len(self.related)), np.uint8)
        np.add.at(totals, picture_of, own.astype(np.uint8))
        counts = totals[picture_of] - own
        if not np.any(counts[~own]):
            raise BadInput(
                f"{data} has no caption in {split} whose picture's other captions say "
                "anything else; expected pictures with two captions or more. Related "
                "words are learned from them."
            )
        return with_start(self.vocabulary.ids(tf.constant(texts))), counts, own

    def _start_at(self, counts: np.ndarray) -> None:
        """Let the untrained model answer by frequency: less is left to learn."""
        frequency = counts.mean(axis=0) + 1e-3
        self.model.readout.bias.assign(np.log(frequency / frequency.sum()))

    def loss(self, batch, training: bool = True) -> tf.Tensor:
        """Return the mean cross-entropy over places, float32 (), in nats.

        After each word, the words read so far are excluded. A word that the caption
        has later is expected, if another caption of the picture has it too: after
        "boat", the sailor that follows.

        In training the loss is taken after the last word and after a few of the others,
        drawn anew each time, because logits over all related words are most of a
        step's cost; else after every word.
        """
        token_ids, counts = batch
        hidden = self.model.hidden(token_ids, training=training)
        real = token_ids != PAD
        if training:
            left = tf.cumsum(tf.cast(real, tf.int32), axis=1, reverse=True)
            draws = keras.random.uniform(tf.shape(token_ids), seed=self.model.places)
            real &= (draws < SHARE_OF_PLACES) | (left == 1)
        logits = self.model.logits(tf.boolean_mask(hidden, real))
        counts = tf.gather(counts, tf.where(real)[:, 0])
        was_read = tf.boolean_mask(self.was_read(token_ids), real)
        smoothing = self.config.regularization.label_smoothing if training else 0.0
        return tf.reduce_mean(
            related_cross_entropy(counts, logits, smoothing, excluded=was_read)
        )

    def loss_terms(self, batch) -> tf.Tensor:
        """Return the number of places, of which `loss` draws the same share in each
        part of a batch, on average."""
        token_ids, _ = batch
        return tf.cast(tf.math.count_nonzero(token_ids != PAD), tf.float32)

    def was_read(self, token_ids, dtype=tf.int16):
        """Return which answers were read, up to each token of ``(batch, time)``: bool
        ``(batch, time, related)``. They are counted in a dtype: not int8, in which a
        word that is read 128 times was never read."""
        answers = tf.gather(self._answer_of, token_ids)
        read = tf.one_hot(answers, len(self.related), dtype=dtype)
        return tf.cumsum(read, axis=1) > 0

    # === Use ===

    def _recall(self, data: Path, split: str) -> float:
        token_ids, counts, own = self._questions(data, split)
        logits = np.concatenate(
            [
                self._after_the_last(token_ids[first : first + BATCH_SIZE].to_tensor())
                for first in range(0, len(counts), BATCH_SIZE)
            ]
        )
        shown = min(SHOWN, len(self.related))
        return recall_at_k(logits, counts > 0, shown, excluded=own)

    def _logits_after_the_last(self, token_ids):
        last = tf.reduce_sum(tf.cast(token_ids != PAD, tf.int32), axis=1) - 1
        hidden = self.model.hidden(token_ids)
        return self.model.logits(tf.gather(hidden, last, batch_dims=1))

    def scores(self, data: Path, split: str) -> dict[str, float]:
        return {self.score_name: self._recall(data, split)}

    def examples(self, data: Path, split: str, count: int) -> list[str]:
        texts = [texts[0] for texts in load_captions(data, split).captions[:count]]
        found = self.serving_function()(tf.constant(texts))
        lines = []
        for text, after_words, words in zip(
            texts, found["related"].numpy(), found["words"].numpy(), strict=True
        ):
            related = after_words[np.sum(words != b"") - 1]
            said = ", ".join(word.decode("utf-8") for word in related)
            lines.append(f"{text} -> {said}")
        return lines

    def serving_function(self, **options):
        """Return `texts` string ``(batch,)`` -> what belongs with them after each word.

        `words` string ``(batch, words)``, cut at white space, "" after the last;
        `known` bool ``(batch, words)``; `related` string ``(batch, words, 10)``, best
        first, none of them read before, and `scores` float32 ``(batch, words, 10)``,
        log probabilities.
        """
        related = tf.constant(self.related)
        shown = min(SHOWN, len(self.related))

        @tf.function(
            autograph=False,
            input_signature=[tf.TensorSpec((None,), tf.string, name="texts")],
        )
        def serve(texts):
            read = prefixes_of(self.vocabulary, texts)

            def after_words(of_tokens):
                return tf.gather(of_tokens, read.ends, batch_dims=1)

            scores, best = rank_related(
                after_words(self.model(read.token_ids)),
                after_words(self.was_read(read.token_ids)),
                shown,
            )
            return {
                "words": read.words,
                "known": read.known,
                "related": tf.gather(related, best),
                "scores": scores,
            }

        return serve

    def tracked_resources(self) -> list:
        return [self.vocabulary]


def _answers_of_tokens(vocabulary: Vocabulary, related: tuple[str, ...]) -> tf.Tensor:
    """Return which related word each token is, int32 ``(vocabulary,)``; -1 is none."""
    token_of = vocabulary.ids(tf.constant(related))[:, :1].to_tensor()[:, 0].numpy()
    answers = np.full(len(vocabulary), -1, np.int32)
    answers[token_of] = np.arange(len(related))
    answers[[PAD, UNK]] = -1  # what the vocabulary lacks cannot be told apart
    return tf.constant(answers)
