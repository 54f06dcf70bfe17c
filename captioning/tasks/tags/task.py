"""Tags, one-to-one: a picture in, its tags out, by one step of the cell."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from captioning.metrics.ranking import macro_average_precision
from captioning.models.tagger import Tagger
from captioning.nn.losses import tag_cross_entropy
from captioning.tasks.image_encoding import EncoderParts, cached_copies, cached_rows
from captioning.tasks.picture_serving import answer_pictures
from captioning.tasks.tags.config import TagsConfig
from captioning.tasks.task import Cell, Task, TrainingData, WordWeights
from captioning.tasks.word_files import load_words, save_words
from data_prep.errors import BadInput
from data_prep.harbour.scene import Scene, facts
from data_prep.pipeline.image_batches import training_rows
from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.captions import SplitCaptions, load_captions
from data_prep.text import content_words

TAGS = "tags.txt"
NUM_TAGS = 300  # most frequent content words: the rarest is in some 60 photos of 6,000
SHOWN = 10
BATCH_SIZE = 100


class Tags(Task):
    """A tagger and its tags.

    Of pictures with scenes the tags are the objects they show, else content words of
    their captions.

    Args:
        config: its options.
        tags: the words that it can answer.
        cell: the cell whose first step it takes, shared or not.
    """

    kind = "captions"
    unit = "pictures"
    score_name = "mean average precision"

    def __init__(self, config: TagsConfig, tags: tuple[str, ...], cell: Cell):
        self.config = config
        self.tags = tags
        self.encoder = EncoderParts(config)
        self.model = Tagger(
            self.encoder.trained,
            len(tags),
            config.recurrent.embedding_dim,
            cell,
            config.regularization.dropout,
            config.regularization.readout_dropout,
            name="tagger",
        )
        self.model.build(self.encoder.region_shape)
        self.model.built = True
        self._encoder = None  # the frozen part, in front of the model

    @classmethod
    def from_data(cls, config: TagsConfig, data: Path, cell: Cell) -> "Tags":
        split = load_captions(data, "train")
        if all(split.scenes):
            tags = tuple(sorted({tag for tags in _objects(split) for tag in tags}))
        else:
            tags = content_words.most_frequent(split.captions, NUM_TAGS)
        if not tags:
            raise BadInput(
                f"{data} has no content word in the captions of train; expected some, "
                "which become the tags. Write captions that name what is seen."
            )
        task = cls(config, tags, cell)
        task._start_at(task._truth(split))
        return task

    @classmethod
    def from_run(cls, config: TagsConfig, folder: Path, cell: Cell) -> "Tags":
        return cls(config, load_words(folder / TAGS), cell)

    def save(self, folder: Path) -> None:
        save_words(folder / TAGS, self.tags)

    def attach_encoder(self) -> None:
        self._encoder = self.encoder.frozen

    def word_weights(self) -> list[WordWeights]:
        readout = self.model.readout
        return [WordWeights(self.tags, [(readout.kernel, 1), (readout.bias, 0)])]

    # === Training ===

    def training_data(self, data: Path) -> TrainingData:
        config = self.config
        truth = self._truth(load_captions(data, "train")).astype(np.float32)
        # A thing may be in a picture although no caption names it.
        smoothing = config.regularization.label_smoothing
        truth = (1 - smoothing) * truth + smoothing * truth.mean(axis=0)
        dev_truth = self._truth_to_score(data, "dev")
        copies = cached_copies(config, data, "train", self.encoder)
        dev = cached_rows(config, data, "dev", encoder=self.encoder)

        def batches(epoch: int, share: Share = WHOLE) -> tf.data.Dataset:
            return training_rows(
                copies,
                truth,
                images_per_batch=config.training.batch_size,
                seed=config.training.seed,
                epoch=epoch,
                share=share,
            )

        count = -(-len(copies[0]) // config.training.batch_size)
        return TrainingData(
            batches, len(truth), count, lambda: self._precision(dev, dev_truth)
        )

    def _truth(self, split: SplitCaptions) -> np.ndarray:
        """Return which tags each picture has, bool ``(pictures, tags)``."""
        if all(split.scenes):
            objects = _objects(split)
            return np.array([[tag in found for tag in self.tags] for found in objects])
        return content_words.sets_of(split.captions, self.tags)

    def _truth_to_score(self, data: Path, split: str) -> np.ndarray:
        """Return `_truth` of a split; BadInput if no picture has any tag, for then
        there is nothing to rank."""
        truth = self._truth(load_captions(data, split))
        if not truth.any():
            raise BadInput(
                f"{data} has no picture in {split} with any of the {len(self.tags)} "
                "tags that are learned; expected some, to score the tagger by. Prepare "
                "more pictures, or give the data set that the tags are of."
            )
        return truth

    def _start_at(self, truth: np.ndarray) -> None:
        """Let the untrained model answer by frequency: less is left to learn."""
        share = np.clip(truth.mean(axis=0), 1e-3, 1 - 1e-3)
        self.model.readout.bias.assign(np.log(share / (1 - share)))

    def loss(self, batch, training: bool = True) -> tf.Tensor:
        """Return the mean over pictures of the sum over tags, float32 (), in nats."""
        inputs, truth = batch
        logits = self.model(inputs, training=training)
        return tf.reduce_mean(tag_cross_entropy(truth, logits))

    def loss_terms(self, batch) -> tf.Tensor:
        _, truth = batch
        return tf.cast(tf.shape(truth)[0], tf.float32)

    # === Use ===

    def _precision(self, rows: np.ndarray, truth: np.ndarray) -> float:
        logits = [
            self.model(tf.constant(rows[first : first + BATCH_SIZE]))
            for first in range(0, len(rows), BATCH_SIZE)
        ]
        return macro_average_precision(np.concatenate(logits), truth)

    def scores(self, data: Path, split: str) -> dict[str, float]:
        truth = self._truth_to_score(data, split)
        found = self._precision(
            cached_rows(self.config, data, split, encoder=self.encoder), truth
        )
        return {self.score_name: found, "prevalence": float(truth.mean())}

    def examples(self, data: Path, split: str, count: int) -> list[str]:
        rows = cached_rows(self.config, data, split, encoder=self.encoder)[:count]
        best = np.argsort(-self.model(tf.constant(rows)).numpy(), axis=1)[:, :SHOWN]
        names = load_captions(data, split).image_ids
        return [
            f"{name} -> {', '.join(self.tags[tag] for tag in tags)}"
            for name, tags in zip(names, best, strict=False)
        ]

    def serving_function(self, **options):
        """Return `image_bytes` string ``(batch,)``, whole files as `pictures.decode`
        reads them -> {"tags", "probabilities", "errors"}: string and float32 ``(batch,
        10)``, best first; and string ``(batch,)``, why a picture cannot be decoded,
        whose tags are then empty; else ""."""
        size, tags = self.config.vision.image_size, tf.constant(self.tags)
        shown = min(SHOWN, len(self.tags))

        def answer(inputs):
            if self._encoder is not None:
                inputs = self._encoder(inputs, training=False)
            found, best = tf.math.top_k(tf.sigmoid(self.model(inputs)), shown)
            return {"tags": tf.gather(tags, best), "probabilities": found}

        @tf.function(
            autograph=False,
            input_signature=[tf.TensorSpec((None,), tf.string, name="image_bytes")],
        )
        def serve(image_bytes):
            return answer_pictures(image_bytes, size, answer)

        return serve

    def tracked_resources(self) -> list:
        # Their values: of Keras' variables a SavedModel would keep two copies.
        encoder = self._encoder
        return [] if encoder is None else [one.value for one in encoder.variables]


def _objects(split: SplitCaptions) -> list[set[str]]:
    return [
        {fact.about for fact in facts(Scene.from_json(scene)) if fact.kind == "object"}
        for scene in split.scenes
    ]
