"""Captions, one-to-many: a picture in, a sentence out."""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from captioning import decoding
from captioning.models.captioner import Captioner
from captioning.models.decoder import Decoder
from captioning.objectives.rewards import CiderReward
from captioning.objectives.self_critical import self_critical_loss
from captioning.objectives.teacher_forcing import teacher_forcing_loss
from captioning.tasks.caption_scores import SplitCiderD, scores_of
from captioning.tasks.config import Config
from captioning.tasks.image_encoding import (
    cached_copies,
    cached_rows,
    features_of,
    fixed_encoder,
    learned_encoder,
    region_shape,
)
from captioning.tasks.task import Cell, Feed, Task
from data_prep.errors import BadInput
from data_prep.pictures.decode import load_pictures
from data_prep.pipeline import images
from data_prep.prepared.captions import load_captions
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.standardize import split_words
from data_prep.text.vocabulary import Vocabulary

TOKENS = decoding.Tokens(start=START, end=END, pad=PAD, banned=(PAD, UNK, START))
WORDS = "vocabulary.txt"

# Pictures searched for at once: the states of all their beams stay within the cache,
# and three beams of each are enough rows for oneDNN's fast products (`products`).
BATCH_SIZE = 128


class Captions(Task):
    """A captioner and its words.

    Args:
        config: the knobs.
        vocabulary: the words.
        cell: the cell it decodes with, shared or not.
    """

    kind = "captions"
    unit = "captions"
    score_name = "CIDEr-D"

    def __init__(self, config: Config, vocabulary: Vocabulary, cell: Cell):
        self.config = config
        self.vocabulary = vocabulary
        decoder = Decoder(
            len(vocabulary),
            config.embedding_dim,
            cell,
            config.attention_dim,
            config.dropout,
            config.word_dropout,
            name="decoder",
        )
        decoder.build(region_shape(config))
        encoder = learned_encoder(config)
        if config.fine_tune and not config.encoder_learning_rate:
            encoder.trainable = False  # and no step goes back through it
        self.model = Captioner(encoder, decoder, name="captioner")
        self.model.built = True
        self._sees_pixels = config.train_encoder
        self.reward = None  # made from the references of the data set that is fed
        if config.objective == "self_critical":
            self.metrics = [keras.metrics.Mean(n) for n in ("reward", "baseline")]
            self.model.draws = keras.random.SeedGenerator(config.seed)

    @classmethod
    def of_data(cls, config: Config, data: Path, cell: Cell) -> "Captions":
        return cls(config, Vocabulary.load(data / WORDS), cell)

    @classmethod
    def of_run(cls, config: Config, folder: Path, cell: Cell) -> "Captions":
        return cls(config, Vocabulary.load(folder / WORDS), cell)

    def save(self, folder: Path) -> None:
        self.vocabulary.save(folder / WORDS)

    def attach_encoder(self) -> None:
        if self._sees_pixels:
            return
        encoder = fixed_encoder(self.config)
        if self.model.encoder is not None:
            encoder = keras.Sequential([encoder, self.model.encoder], name="encoder")
        self.model = Captioner(encoder, self.model.decoder, name="captioner")
        self._sees_pixels = True

    def start_from(self, other: "Captions") -> None:
        encoder, learned = self.model.encoder, other.model.encoder
        if learned is not None and encoder is None:
            raise ValueError("its encoder was learned, and this one would be frozen")
        self.model.decoder.set_weights(other.model.decoder.get_weights())
        if learned is not None:  # else it starts with ImageNet's
            encoder.set_weights(learned.get_weights())

    # === Training ===

    def feed(self, data: Path) -> Feed:
        config = self.config
        split = load_captions(data, "train")
        token_ids = images.tokenized(split.captions, self.vocabulary, config.max_length)
        _tell_how_many_are_cut(token_ids.values, data, config.max_length)
        dev_score = self._dev_scorer(data)  # first: dev may be too small to go on
        copies = cached_copies(config, data, "train")

        def batches(epoch: int) -> tf.data.Dataset:
            return images.training_batches(
                copies,
                token_ids,
                images_per_batch=config.batch_size,
                seed=config.seed,
                epoch=epoch,
                captions_per_image=config.captions_per_image,
            )

        if config.objective == "self_critical":
            references = [[ids[1:] for ids in each] for each in token_ids.to_list()]
            self.reward = CiderReward(references, PAD)
        each = token_ids.row_lengths().numpy()
        if config.captions_per_image:
            each = np.minimum(each, config.captions_per_image)
        count = -(-len(copies[0]) // config.batch_size)
        return Feed(batches, int(each.sum()), count, dev_score)

    def _dev_scorer(self, data: Path):
        split = load_captions(data, "dev")
        if len(split.captions) < 2:  # what all pictures share weighs nothing
            raise BadInput(
                f"{data} has {len(split.captions)} picture in dev, of which CIDEr-D is "
                "always 0; expected two or more, to choose the best epoch by. Prepare "
                "more pictures."
            )
        rows = cached_rows(self.config, data, "dev")
        cider_d = SplitCiderD(split)
        caption = self.captioner()
        return lambda: cider_d(caption_rows(caption, rows, progress="dev captions"))

    def loss(self, batch: images.Batch, training: bool = True) -> tf.Tensor:
        """Return the mean loss over the batch's real tokens, float32 (), in nats; or
        minus the mean reward of the captions drawn."""
        if self.config.objective == "self_critical":
            return self._self_critical_loss(batch, training)
        return captioning_loss(
            self.model,
            batch,
            self.config.label_smoothing if training else 0.0,
            training,
        )

    def _self_critical_loss(self, batch: images.Batch, training: bool) -> tf.Tensor:
        outcome = self_critical_loss(
            self.model,
            batch.inputs,
            batch.image_numbers,
            TOKENS,
            self.reward,
            num_samples=self.config.num_samples,
            max_length=self.config.max_length,
            baseline=self.config.baseline,
            seed=tf.cast(self.model.draws.next(), tf.int32),
            training=training,
        )
        for metric, value in zip(
            self.metrics, (outcome.reward, outcome.baseline), strict=True
        ):
            metric.update_state(value)
        return outcome.loss

    # === Use ===

    def captioner(self, num_beams: int | None = None):
        """Return inputs ``(batch, ...)`` -> (captions string ``(batch, beams)``, best
        first, scores float32 ``(batch, beams)``), compiled once."""
        num_beams = num_beams or self.config.num_beams

        @tf.function(autograph=False, reduce_retracing=True)
        def caption(inputs):
            found = self.model.beam_search(
                inputs,
                TOKENS,
                num_beams=num_beams,
                max_length=self.config.max_length,
                length_penalty=self.config.length_penalty,
            )
            return self.vocabulary.decode(found.token_ids), found.scores

        return caption

    def caption_split(
        self, data: Path, split: str, *, grey: bool = False
    ) -> dict[str, str]:
        """Return the best caption of each picture of a prepared split, by image id.

        The frozen encoder must not be attached: its rows are cached.

        Args:
            data: a prepared data set.
            split: "train", "dev" or "test".
            grey: show a plain grey picture each time; what is right then was guessed.
        """
        image_ids = load_captions(data, split).image_ids
        caption = self.captioner()
        if grey:
            size = self.config.image_size
            pixels = tf.fill((1, size, size, 3), 128.0)
            row = features_of(self.config).load()(pixels).numpy()
            (said,) = caption_rows(caption, row)
            return dict.fromkeys(image_ids, said)
        rows = cached_rows(self.config, data, split)
        said = caption_rows(caption, rows, progress=f"captions of {split}")
        return dict(zip(image_ids, said, strict=True))

    def looks(self, inputs: tf.Tensor, caption: str) -> tuple[list[str], np.ndarray]:
        """Return where the model looks as it says each word of a caption.

        Args:
            inputs: what the model is fed of one picture, ``(1, ...)``.
            caption: at least one word; what the vocabulary lacks is said as UNK.

        Returns:
            The words, and weights float32 ``(words, regions)``, each row of sum 1: the
            attention from which that word was chosen. Regions go along the rows of the
            encoder's square grid.
        """
        words = split_words(tf.constant([caption]))[0].numpy()
        token_ids = self.vocabulary.ids(tf.constant([caption])).to_tensor()
        # A word was chosen when the one before it had been read.
        before = tf.concat([[[START]], token_ids[:, :-1]], axis=1)
        _, weights = self.model.hidden(inputs, before, tf.constant([0]))
        return [word.decode("utf-8") for word in words], weights[0].numpy()

    def scores(self, data: Path, split: str) -> dict[str, float | None]:
        return scores_of(self.caption_split(data, split), load_captions(data, split))

    def examples(self, data: Path, split: str, count: int) -> list[str]:
        said = self.caption_split(data, split)
        return [f"{name} -> {caption}" for name, caption in list(said.items())[:count]]

    def server(self, num_beams: int | None = None):
        """Return `image_bytes` string ``(batch,)`` -> {"captions", "scores"}.

        Decode, squeeze, encode, search, and join words. `image_bytes` are whole files,
        as `pictures.decode` reads them; one that cannot be decoded fails the call
        (`InvalidArgumentError`), and with it all of the batch, for a graph can't go on
        past an error. `captions` string ``(batch, beams)``, best first, and `scores`
        float32 ``(batch, beams)``, the log probability over length ** length_penalty.
        """
        size = self.config.image_size
        caption = self.captioner(num_beams)

        @tf.function(
            autograph=False,
            input_signature=[tf.TensorSpec((None,), tf.string, name="image_bytes")],
        )
        def serve(image_bytes):
            captions, scores = caption(load_pictures(image_bytes, size))
            return {"captions": captions, "scores": scores}

        return serve


def _tell_how_many_are_cut(
    token_ids: tf.RaggedTensor, data: Path, max_length: int
) -> None:
    """Say on stderr how many of the captions ``(captions, (time))`` have no END."""
    cut = np.sum(token_ids[:, -1:].flat_values != END)
    if cut:
        print(
            f"{data}: {cut:,} of {token_ids.nrows():,} captions have more than "
            f"{max_length - 1} words and are learned without their end; "
            "--max-length takes more.",
            file=sys.stderr,
        )


def captioning_loss(
    captioner: Captioner, batch: images.Batch, label_smoothing: float, training: bool
) -> tf.Tensor:
    """Return the teacher forcing loss of a batch of pictures and their captions."""

    def hidden(token_ids, mask):
        return captioner.hidden(
            batch.inputs, token_ids, batch.caption_to_image, training, mask
        )[0]

    return teacher_forcing_loss(
        batch.token_ids,
        hidden,
        captioner.decoder.readout_weights(),
        pad=PAD,
        label_smoothing=label_smoothing,
    )


def caption_rows(caption, *rows: np.ndarray, progress: str = "") -> list[str]:
    """Return the best caption of each picture.

    Args:
        caption: from `Captions.captioner`, or from `captioning.inference.ensemble`.
        rows: ``(images, ...)`` from `cached_rows`; of an ensemble each member's.
        progress: the progress bar's label; none is shown without.
    """
    captions: list[str] = []
    with tqdm(
        total=len(rows[0]), desc=progress, unit=" images", disable=not progress
    ) as bar:
        for first in range(0, len(rows[0]), BATCH_SIZE):
            texts, _ = caption(
                *(tf.constant(own[first : first + BATCH_SIZE]) for own in rows)
            )
            captions += [text.decode("utf-8") for text in texts[:, 0].numpy()]
            bar.update(len(texts))
    return captions
