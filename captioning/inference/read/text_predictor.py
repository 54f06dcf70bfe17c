"""A loaded reader of texts for programs and notebooks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar, cast, overload

from captioning.inference.number_checks import check_count
from captioning.inference.read import choose_engine, inputs
from captioning.inference.read.batches import predict_all
from captioning.inference.read.predictions import Prediction, TextEngine
from data_prep.errors import BadInput

P = TypeVar("P", bound=Prediction)


class TextPredictor(Generic[P]):
    """A reader of texts that is loaded and ready, as ``captioning.load("sentiment")``
    returns it.

    Called with a text it returns its prediction, with several a list of them: a
    `SentimentPrediction` (`words`, `positive` after each, `verdict`), a
    `TranslationPrediction` (`translations`, best first, `scores`), or an
    `AssociationsPrediction` (`words`, `related` words after each, `scores`).

    Threads can share it. `close` frees what it holds, as does leaving a ``with`` block;
    the next text would load it again.

    Args:
        path: a .tflite file, the directory of a run, or that of an export.
        task: "sentiment", "translation" or "associations".
        threads: processors that a .tflite file uses; all of them if not given.
        trust_model: whether an export may do more than compute.

    Raises:
        BadInput: `path` is none of these, or did not learn the task.

    Example:
        >>> with captioning.load("translation") as translate:
        ...     translate("Ein Hund rennt.", to="en").translations[0]
    """

    def __init__(
        self,
        path: str | Path,
        task: str,
        *,
        threads: int | None = None,
        trust_model: bool = False,
    ):
        check_count("threads", threads)
        self.path, self.task = Path(path), task
        self._threads, self._trust_model = threads, trust_model
        self._engine: TextEngine | None = None
        self._loaded()

    def __repr__(self) -> str:
        return f"TextPredictor({str(self.path)!r}, {self.task!r})"

    def __enter__(self) -> "TextPredictor[P]":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Free what was loaded."""
        self._engine = None

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that a translator writes."""
        return self._loaded().languages

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, texts: str, *, to: str = ...
    ) -> P: ...

    @overload
    def __call__(self, texts: Iterable[str], *, to: str = ...) -> list[P]: ...

    def __call__(self, texts, *, to=""):
        """Return the prediction of a text, or of each of several.

        Args:
            texts: one text, or several.
            to: of a translation, the code of the language to write, one of `languages`.

        Raises:
            BadInput: a text is empty, too long or has no characters that can be
                encoded, or the language is not one that is written.
        """
        engine = self._loaded()
        given = [texts] if isinstance(texts, str) else list(texts)
        found = []
        for text, prediction in predict_all(
            inputs.of_arguments(given),
            self.task,
            lambda batch: engine.predict(batch, to),
        ):
            if text.error:
                raise BadInput(text.error)
            found.append(cast(P, prediction))
        return found[0] if isinstance(texts, str) else found

    def _loaded(self) -> TextEngine:
        if self._engine is None:
            self._engine = choose_engine.load(
                self.path,
                self.task,
                threads=self._threads,
                trust_model=self._trust_model,
            )
        return self._engine
