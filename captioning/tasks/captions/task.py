"""Captions, one-to-many: a picture in, a sentence out."""

from operator import itemgetter
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from captioning.decoding import Reranker
from captioning.models.captioner import TOKENS, Captioner
from captioning.models.decoder import Decoder
from captioning.objectives.rewards import CiderReward
from captioning.objectives.self_critical import self_critical_loss
from captioning.objectives.teacher_forcing import num_tokens
from captioning.tasks.caption_scores import SplitCiderD, scores_of
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.captions.cut_captions import say_how_many_are_cut
from captioning.tasks.captions.generation import caption_rows, search
from captioning.tasks.captions.loss import captioning_loss, split_loss
from captioning.tasks.captions.reranker_file import load_reranker, save_reranker
from captioning.tasks.image_encoding import (
    EncoderParts,
    cached_copies,
    cached_rows,
    features_of,
)
from captioning.tasks.picture_serving import answer_pictures
from captioning.tasks.task import Cell, Task, TrainingData, WordWeights
from data_prep.pipeline import image_batches
from data_prep.pipeline.image_batches import Batch
from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.captions import SplitCaptions, load_captions
from data_prep.text.special_tokens import PAD, START
from data_prep.text.standardize import split_words
from data_prep.text.vocabulary import Vocabulary


class Captions(Task):
    """A captioner and its words.

    Args:
        config: its options.
        vocabulary: its words.
        cell: the cell it decodes with, shared or not.

    Attributes:
        reranker: orders what the search finds, if the run has one; None is the fast
            mode, in which captions are in the order of the search.
    """

    kind = "captions"
    unit = "captions"
    score_name = "CIDEr-D"

    def __init__(self, config: CaptionsConfig, vocabulary: Vocabulary, cell: Cell):
        self.config = config
        self.vocabulary = vocabulary
        self.encoder = EncoderParts(config)
        decoder = Decoder(
            len(vocabulary),
            config.recurrent.embedding_dim,
            cell,
            config.attention.attention_dim,
            config.regularization.dropout,
            config.regularization.word_dropout,
            name="decoder",
        )
        decoder.build(self.encoder.region_shape)
        trained = self.encoder.trained
        if config.vision.fine_tune and not config.vision.encoder_learning_rate:
            trained.trainable = False  # no gradient is computed for it
        self.model = Captioner(trained, decoder, name="captioner")
        self.model.built = True
        self._takes_pixels = config.vision.train_encoder
        self.reranker: Reranker | None = None
        self.reward = None  # made from the references of the training split
        if config.objective.objective == "self_critical":
            self.metrics = [keras.metrics.Mean(n) for n in ("reward", "baseline")]
            self.model.draws = keras.random.SeedGenerator(config.training.seed)

    @classmethod
    def from_data(cls, config: CaptionsConfig, data: Path, cell: Cell) -> "Captions":
        return cls(config, Vocabulary.load(data / Vocabulary.FILE), cell)

    @classmethod
    def from_run(cls, config: CaptionsConfig, folder: Path, cell: Cell) -> "Captions":
        task = cls.from_data(config, folder, cell)
        region_dim = task.encoder.region_shape[-1]
        task.reranker = load_reranker(folder, len(task.vocabulary), region_dim)
        return task

    def save(self, folder: Path) -> None:
        self.vocabulary.save(folder / Vocabulary.FILE)
        if self.reranker is not None:
            save_reranker(folder, self.reranker)

    def attach_encoder(self) -> None:
        if self._takes_pixels:
            return
        encoder = self.encoder.frozen
        if self.model.encoder is not None:
            encoder = keras.Sequential([encoder, self.model.encoder], name="encoder")
        self.model = Captioner(encoder, self.model.decoder, name="captioner")
        self._takes_pixels = True

    def word_weights(self) -> list[WordWeights]:
        decoder = self.model.decoder
        return [
            WordWeights(
                self.vocabulary.words,
                [(decoder.embedding.embeddings, 0), (decoder.output_bias, 0)],
            )
        ]

    def trained_models(self) -> dict[str, keras.Model | None]:
        return {"encoder": self.model.encoder, "decoder": self.model.decoder}

    # === Training ===

    def training_data(self, data: Path) -> TrainingData:
        config = self.config
        split = load_captions(data, "train")
        token_ids = self._token_ids(split)
        say_how_many_are_cut(token_ids.values, data, config.search.max_length)
        dev = load_captions(data, "dev")
        dev_rows = cached_rows(config, data, "dev", encoder=self.encoder)
        copies = cached_copies(config, data, "train", self.encoder)

        def batches(epoch: int, share: Share = WHOLE) -> tf.data.Dataset:
            return image_batches.training_batches(
                copies,
                token_ids,
                images_per_batch=config.training.batch_size,
                seed=config.training.seed,
                epoch=epoch,
                share=share,
                captions_per_image=config.training.captions_per_image,
            )

        if config.objective.objective == "self_critical":
            references = [[ids[1:] for ids in each] for each in token_ids.to_list()]
            self.reward = CiderReward(references, PAD)
        each = token_ids.row_lengths().numpy()
        if most := config.training.captions_per_image:
            each = np.minimum(each, most)
        return TrainingData(
            batches,
            int(each.sum()),
            -(-len(copies[0]) // config.training.batch_size),
            self._dev_scorer(dev, dev_rows),
            lambda: split_loss(self.model, dev_rows, self._token_ids(dev)),
        )

    def _token_ids(self, split: SplitCaptions) -> tf.RaggedTensor:
        return image_batches.tokenized(
            split.captions, self.vocabulary, self.config.search.max_length
        )

    def _dev_scorer(self, dev: SplitCaptions, rows: np.ndarray):
        cider_d = SplitCiderD(dev)
        # A reranker is of earlier weights, and would hide what is learned.
        caption = self.captioner(rerank=False)
        return lambda: cider_d(caption_rows(caption, rows, label="dev captions"))

    def loss(self, batch: Batch, training: bool = True) -> tf.Tensor:
        """Return the mean loss over the batch's real tokens, float32 (), in nats; or
        minus the mean reward of the captions drawn."""
        if self.config.objective.objective == "self_critical":
            return self._self_critical_loss(batch, training)
        return captioning_loss(
            self.model,
            batch,
            self.config.regularization.label_smoothing if training else 0.0,
            training,
        )

    def loss_terms(self, batch: Batch) -> tf.Tensor:
        if self.config.objective.objective == "self_critical":
            return tf.cast(tf.size(batch.image_numbers), tf.float32)
        return num_tokens(batch.token_ids, PAD)

    def _self_critical_loss(self, batch: Batch, training: bool) -> tf.Tensor:
        outcome = self_critical_loss(
            self.model,
            batch.inputs,
            batch.image_numbers,
            TOKENS,
            self.reward,
            num_samples=self.config.objective.num_samples,
            max_length=self.config.search.max_length,
            baseline=self.config.objective.baseline,
            seed=tf.cast(self.model.draws.next(), tf.int32),
            training=training,
        )
        for metric, value in zip(
            self.metrics, (outcome.reward, outcome.baseline), strict=True
        ):
            metric.update_state(value)
        return outcome.loss

    # === Use ===

    def searcher(self, num_beams: int | None = None, *, rerank: bool = True):
        """Return inputs ``(batch, ...)`` -> {"captions", "scores"}, compiled once.

        Each is ``(batch, beams)``: `captions` string, best first; `scores` float32, the
        log probability over length ** length_penalty; and, where the captions are
        re-ranked, `expected_cider_d` float32.

        Args:
            num_beams: hypotheses of the search; see `search`.
            rerank: False is the order of the search, also if there is a reranker.
        """
        reranker = self.reranker if rerank else None

        @tf.function(autograph=False, reduce_retracing=True)
        def find(inputs):
            found = search(self.model, inputs, self.config.search, num_beams, reranker)
            texts = self.vocabulary.decode(found.token_ids)
            more = {"expected_cider_d": found.expected} if reranker else {}
            return {"captions": texts, "scores": found.scores} | more

        return find

    def captioner(self, num_beams: int | None = None, *, rerank: bool = True):
        """Return inputs ``(batch, ...)`` -> (captions, scores) of a `searcher`."""
        find = self.searcher(num_beams, rerank=rerank)
        return lambda inputs: itemgetter("captions", "scores")(find(inputs))

    def caption_split(
        self, data: Path, split: str, *, grey: bool = False
    ) -> dict[str, str]:
        """Return the best caption of each picture of a prepared split, by image id.

        The frozen encoder must not be attached: its rows are cached.

        Args:
            data: a prepared data set.
            split: "train", "dev" or "test".
            grey: show a plain grey picture each time, to measure what can be guessed.
        """
        image_ids = load_captions(data, split).image_ids
        caption = self.captioner()
        if grey:
            size = self.config.vision.image_size
            pixels = tf.fill((1, size, size, 3), 128.0)
            row = features_of(self.config, self.encoder).load()(pixels).numpy()
            (best,) = caption_rows(caption, row)
            return dict.fromkeys(image_ids, best)
        rows = cached_rows(self.config, data, split, encoder=self.encoder)
        captions = caption_rows(caption, rows, label=f"captions of {split}")
        return dict(zip(image_ids, captions, strict=True))

    def attention_maps(
        self, inputs: tf.Tensor, caption: str
    ) -> tuple[list[str], np.ndarray]:
        """Return where the model looks as it says each word of a caption.

        Args:
            inputs: what the model is fed of one picture, ``(1, ...)``.
            caption: at least one word; a word that the vocabulary lacks is read as UNK.

        Returns:
            The words, and weights float32 ``(words, regions)``, each row of sum 1: the
            attention from which that word was chosen. Regions go along the rows of the
            encoder's square grid.
        """
        words = split_words(tf.constant([caption]))[0].numpy()
        token_ids = self.vocabulary.ids(tf.constant([caption])).to_tensor()
        # The attention at the word before is what a word was chosen from.
        before = tf.concat([[[START]], token_ids[:, :-1]], axis=1)
        _, weights = self.model.hidden(inputs, before, tf.constant([0]))
        return [word.decode("utf-8") for word in words], weights[0].numpy()

    def scores(self, data: Path, split: str) -> dict[str, float]:
        return scores_of(self.caption_split(data, split), load_captions(data, split))

    def examples(self, data: Path, split: str, count: int) -> list[str]:
        captions = self.caption_split(data, split)
        return [f"{name} -> {text}" for name, text in list(captions.items())[:count]]

    def serving_function(self, num_beams: int | None = None):
        """Return `image_bytes` string ``(batch,)`` -> what `searcher` gives, "errors".

        Decode, squeeze, encode, search, and join words. `image_bytes` are whole files,
        as `data_prep.pictures.decode` reads them. `errors` string ``(batch,)``: why a
        picture cannot be decoded, which has empty captions and scores 0; else "".
        """
        size = self.config.vision.image_size
        answer = self.searcher(num_beams)

        @tf.function(
            autograph=False,
            input_signature=[tf.TensorSpec((None,), tf.string, name="image_bytes")],
        )
        def serve(image_bytes):
            return answer_pictures(image_bytes, size, answer)

        return serve
