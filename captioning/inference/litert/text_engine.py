"""A .tflite file reads texts, with LiteRT and the tokenizer that the file holds."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np

from captioning.inference.litert.graphs import Graphs
from captioning.inference.litert.metadata import TOKENIZER
from captioning.inference.litert.model_file import ModelFile
from captioning.inference.read.predictions import (
    AssociationsPrediction,
    Prediction,
    SentimentPrediction,
    TranslationPrediction,
    check_language,
    possible,
)
from data_prep.errors import DAMAGED, BadInput
from data_prep.text.python_tokenizers import KINDS, Pieces, read_text, unknown_ids
from data_prep.text.special_tokens import END


class LiteRTTextEngine:
    """A `predictions.TextEngine` over a .tflite file. It reads texts one by one.

    Args:
        path: made by `captioning.export --task TASK --format litert`.
        task: "sentiment", "translation" or "associations".
        threads: of the interpreter; as many as there are processors if not given.

    Raises:
        BadInput: there is no such file, or it did not learn that.
    """

    def __init__(self, path: Path, task: str, threads: int | None = None):
        self._task = task
        self._file = ModelFile(path, task)
        self._graphs = Graphs(self._file, [task], threads)
        self._facts = self._file.facts
        self.languages = tuple(self._facts.get("languages", ()))
        try:
            tokenizer = KINDS[self._facts["tokenizer"]]
            self._tokenizer = tokenizer(self._file.buffers[TOKENIZER])
        except DAMAGED as error:
            raise self._file.damaged("has no words", error) from error

    def predict(self, texts: list[str], to: str = "") -> list[Prediction]:
        if self._task == "translation":
            check_language(to, self.languages)
        read: Callable[[str], Prediction] = {
            "sentiment": self._sentiment,
            "associations": self._associations,
            "translation": lambda text: self._translation(text, to),
        }[self._task]
        try:
            return [read(text) for text in texts]
        except BadInput:
            raise
        except DAMAGED as error:
            raise self._file.damaged("fails when it is run", error) from error

    def _run(self, **ids: list[int]) -> dict[str, np.ndarray]:
        """Return what the graph makes of one text, without the axis of the batch."""
        rows = {name: np.array([row], np.int32) for name, row in ids.items()}
        found = self._graphs.run(self._task, **rows)
        return {name: values[0] for name, values in found.items()}

    def _sentiment(self, text: str) -> Prediction:
        read = read_text(self._tokenizer, text)
        positive = self._run(token_ids=read.token_ids)["positive"]
        after = positive[read.ends].tolist()
        return SentimentPrediction(read.words, read.known, after, after[-1])

    def _associations(self, text: str) -> Prediction:
        read = read_text(self._tokenizer, text)
        found, words = self._run(token_ids=read.token_ids), self._facts["related"]
        after = [
            possible([words[number] for number in numbers], scores)
            for numbers, scores in zip(
                found["related"][read.ends].tolist(),
                found["scores"][read.ends].tolist(),
                strict=True,
            )
        ]
        related, scores = (list(each) for each in zip(*after, strict=True))
        return AssociationsPrediction(read.words, read.known, related, scores)

    def _translation(self, text: str, to: str) -> Prediction:
        pieces = cast(Pieces, self._tokenizer)  # by the check of the facts
        ids = pieces.ids(text)
        found = self._run(source_ids=[self._facts["languages"][to], *ids, END])
        return TranslationPrediction(
            [pieces.decode(row) for row in found["token_ids"].tolist()],
            found["scores"].tolist(),
            [not unknown_ids(pieces).issuperset(ids)],
        )
