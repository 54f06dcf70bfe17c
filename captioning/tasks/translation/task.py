"""Translation, many-to-many, delayed: a sentence in, a sentence out."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from captioning import decoding
from captioning.metrics.translation import bleu, signature
from captioning.models.decoder import Decoder
from captioning.models.sentence_reader import SentenceReader
from captioning.models.translator import Translator
from captioning.objectives.teacher_forcing import num_tokens, teacher_forcing_loss
from captioning.tasks.task import Cell, Task, TrainingData, WordWeights
from captioning.tasks.translation.config import TranslationConfig
from captioning.tasks.translation.directions import Direction, directions_of, tagged
from captioning.tasks.translation.pairs import Pair, TrainingPairs
from data_prep.console import progress
from data_prep.errors import BadInput
from data_prep.pipeline.sentence_batches import dataset_by_length
from data_prep.pipeline.share import WHOLE, Share
from data_prep.prepared.dataset_info import DatasetInfo, check_kind
from data_prep.prepared.sentences import load_parallel
from data_prep.text.prefixes import known_tokens
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.subwords import Subwords

BATCH_SIZE = 100  # sentences searched for at once, of like length


class Translation(Task):
    """A translator, in all of its directions at once, and its subwords.

    Args:
        config: its options.
        subwords: with a tag for each language, the pivot's first.
        cell: the cell it reads and writes with, shared or not.
    """

    kind = "translation"
    unit = "sentences"
    score_name = "BLEU / 100"
    score_note = signature()

    def __init__(self, config: TranslationConfig, subwords: Subwords, cell: Cell):
        self.config = config
        self.subwords = subwords
        decoder = Decoder(
            len(subwords),
            config.recurrent.embedding_dim,
            cell,
            config.attention.attention_dim,
            config.regularization.dropout,
            name="decoder",
        )
        reader = SentenceReader(
            decoder, config.regularization.dropout, pad=PAD, name="reader"
        )
        self.model = Translator(reader, decoder, name="translator")
        self.model.build()
        tags = list(subwords.language_ids.values())
        banned = (PAD, UNK, START, *tags)
        self._tokens = decoding.SpecialTokens(
            start=START, end=END, pad=PAD, banned=banned
        )
        self._searchers: dict = {}

    @classmethod
    def from_data(
        cls, config: TranslationConfig, data: Path, cell: Cell
    ) -> "Translation":
        check_kind(data, DatasetInfo.load(data), cls.kind)
        return cls.from_run(config, data, cell)

    @classmethod
    def from_run(
        cls, config: TranslationConfig, folder: Path, cell: Cell
    ) -> "Translation":
        subwords = Subwords.load(folder / Subwords.FILE)
        if len(subwords.language_ids) < 2:
            raise BadInput(
                f"{folder / Subwords.FILE} has tags of "
                f"{len(subwords.language_ids)} languages; expected two or more: "
                "prepare the data set again."
            )
        return cls(config, subwords, cell)

    def save(self, folder: Path) -> None:
        self.subwords.save(folder / Subwords.FILE)

    def word_weights(self) -> list[WordWeights]:
        decoder = self.model.decoder
        return [
            WordWeights(
                self.subwords.words,
                [(decoder.embedding.embeddings, 0), (decoder.output_bias, 0)],
            )
        ]

    @property
    def directions(self) -> list[Direction]:
        """Return the pivot into each other language, and each other into the pivot."""
        return directions_of(self.subwords.language_ids)

    # === Training ===

    def training_data(self, data: Path) -> TrainingData:
        config = self.config
        regularization = config.regularization
        rows = load_parallel(data, "train")
        pairs = TrainingPairs(rows, self.directions, regularization.self_training)
        longest, seed = config.search.max_length, config.training.seed

        def columns(chosen: list[Pair], alpha: float = 0.0) -> list[tf.RaggedTensor]:
            sources, targets, into = zip(*chosen, strict=True)
            # A target that is cut has no END: it goes on.
            target_ids = self.subwords.encode(tf.constant(targets), alpha)
            source_ids = tagged(self.subwords, sources, into, alpha)
            return [source_ids[:, :longest], target_ids[:, : longest + 1]]

        def batches(epoch: int, share: Share = WHOLE) -> tf.data.Dataset:
            chosen = pairs.of_epoch(epoch, seed)
            return dataset_by_length(
                columns(chosen, regularization.subword_alpha),
                batch_size=config.training.batch_size,
                seed=seed,
                epoch=epoch,
                share=share,
                # The batches of workers that cut words by chance must agree.
                lengths_of=columns(chosen) if share.count > 1 else [],
            )

        def dev_score() -> float:
            found = self._bleu(data, "dev")
            return sum(one.lower_cased for one in found.values()) / len(found) / 100

        count = len(pairs.of_epoch(0, seed))
        num_batches = -(-count // config.training.batch_size)
        return TrainingData(batches, count, num_batches, dev_score)

    def loss(self, batch, training: bool = True) -> tf.Tensor:
        """Return the mean loss over the batch's real tokens, float32 (), in nats."""
        source_ids, target_ids = batch

        def hidden(token_ids, mask):
            return self.model.hidden(source_ids, token_ids, training, mask)[0]

        return teacher_forcing_loss(
            target_ids,
            hidden,
            self.model.decoder.readout_weights(),
            pad=PAD,
            label_smoothing=training * self.config.regularization.label_smoothing,
        )

    def loss_terms(self, batch) -> tf.Tensor:
        return num_tokens(batch[1], PAD)

    # === Use ===

    def translate(self, texts: Sequence[str], to: str, label: str = "") -> list[str]:
        """Return the best translation of each text.

        Args:
            texts: sentences, in any language that the run has learned from.
            to: the code of the language to write.
            label: of the progress; none is shown without.
        """
        search_for = self._searcher(self.config.search.num_beams)
        source_ids = tagged(self.subwords, texts, [to] * len(texts))
        # Sentences of like length together: little padding, and they end together.
        order = tf.argsort(source_ids.row_lengths()).numpy()
        found = [""] * len(texts)
        with progress(
            total=len(texts), label=label, unit="sentences", shown=bool(label)
        ) as shown:
            for first in range(0, len(texts), BATCH_SIZE):
                rows = order[first : first + BATCH_SIZE]
                said, _ = search_for(tf.gather(source_ids, rows).to_tensor())
                for row, text in zip(rows, said[:, 0].numpy(), strict=True):
                    found[row] = text.decode("utf-8")
                shown.update(len(rows))
        return found

    def search(self, source_ids, num_beams: int) -> decoding.Hypotheses:
        """Return translations of source ids ``(batch, positions)``, best first."""
        return self.model.beam_search(
            source_ids,
            self._tokens,
            num_beams=num_beams,
            max_length=self.config.search.max_length,
            length_penalty=self.config.search.length_penalty,
        )

    def _searcher(self, num_beams: int):
        """Return padded source ids -> (texts, scores), traced once for all calls."""
        key = self.config.search, num_beams
        if key not in self._searchers:
            self._searchers[key] = self._new_searcher(num_beams)
        return self._searchers[key]

    def _new_searcher(self, num_beams: int):
        @tf.function(
            autograph=False, input_signature=[tf.TensorSpec((None, None), tf.int32)]
        )
        def search_for(source_ids):
            found = self.search(source_ids, num_beams)
            return self.subwords.decode(found.token_ids), found.scores

        return search_for

    def _check_languages(self, data: Path) -> None:
        """Raise BadInput unless a data set has every language of the model."""
        languages = DatasetInfo.load(data).languages
        if missing := set(self.subwords.language_ids) - set(languages):
            raise BadInput(
                f"{data} has the languages {', '.join(languages)}, not "
                f"{', '.join(sorted(missing))}, which the run translates too; expected "
                "all of the run's. Give another --data or another --run."
            )

    def _bleu(self, data: Path, split: str) -> dict[Direction, object]:
        self._check_languages(data)
        rows = load_parallel(data, split)
        found = {}
        for direction in self.directions:
            texts = [row[direction.source] for row in rows]
            said = self.translate(texts, direction.target, f"{direction} of {split}")
            found[direction] = bleu(said, [row[direction.target] for row in rows])
        return found

    def scores(self, data: Path, split: str) -> dict[str, float]:
        scores: dict[str, float] = {}
        for direction, found in self._bleu(data, split).items():
            scores[f"BLEU {direction}"] = found.lower_cased
            scores[f"BLEU {direction}, cased"] = found.cased
        return scores

    def examples(self, data: Path, split: str, count: int) -> list[str]:
        rows = load_parallel(data, split)[:count]
        lines = []
        for direction in self.directions:
            texts = [row[direction.source] for row in rows]
            said = self.translate(texts, direction.target)
            lines += [
                f"{direction}: {text} -> {translation}"
                for text, translation in zip(texts, said, strict=True)
            ]
        return lines

    def serving_function(self, num_beams: int | None = None):
        """Return `texts` string ``(batch,)`` and `to` string ``(batch,)``, language
        codes -> {"translations" string ``(batch, beams)``, best first, "scores" float32
        ``(batch, beams)``, the log probability over length ** length_penalty, "known"
        bool ``(batch,)``, whether any part of a text is in the vocabulary}.

        A code that is not known fails the call (`InvalidArgumentError`).
        """
        search_for = self._searcher(num_beams or self.config.search.num_beams)
        codes = tf.constant(list(self.subwords.language_ids))
        tags = tf.constant(list(self.subwords.language_ids.values()), tf.int32)

        @tf.function(
            autograph=False,
            input_signature=[
                tf.TensorSpec((None,), tf.string, name="texts"),
                tf.TensorSpec((None,), tf.string, name="to"),
            ],
        )
        def serve(texts, to):
            is_code = to[:, None] == codes
            checked = tf.debugging.Assert(
                tf.reduce_all(tf.reduce_any(is_code, axis=1)),
                ["`to` holds a language that is none of", codes],
                summarize=99,
            )
            with tf.control_dependencies([checked] if checked is not None else []):
                tag = tf.gather(tags, tf.argmax(tf.cast(is_code, tf.int32), axis=1))
            ids = self.subwords.encode(texts)
            known = known_tokens(self.subwords, ids[:, 1:-1])
            source_ids = tf.concat([tag[:, None], ids[:, 1:]], axis=1)
            translations, scores = search_for(source_ids.to_tensor())
            return {
                "translations": translations,
                "scores": scores,
                "known": tf.reduce_any(known, axis=1),
            }

        return serve

    def tracked_resources(self) -> list:
        return [self.subwords]
