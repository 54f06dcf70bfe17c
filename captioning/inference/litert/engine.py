"""A .tflite file -> captions of encoded pictures, with Pillow and LiteRT alone.

Neither TensorFlow nor Keras is imported: a command that uses this answers in the time
that they take to be found.
"""

import re
import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np

from captioning import pretrained
from captioning.inference.confidence import Confidence
from captioning.inference.litert.graphs import Graphs, Run
from captioning.inference.litert.metadata import CONFIDENCE
from captioning.inference.litert.model_file import ModelFile
from captioning.inference.results import AttentionMaps, Caption
from data_prep.errors import DAMAGED, BadInput
from data_prep.pictures.decode_pillow import reduced, squeezed, upright
from data_prep.pictures.limits import SPARE_SCALE

ENCODER = "regions"  # signatures
SEARCH = "captions_{}"  # by the number of beams
RERANKED_SEARCH = "reranked_{}"  # the same, of a captioner with a reranker


class Found(NamedTuple):
    """What a search found about one picture, best first.

    Attributes:
        words: of each caption.
        scores: float32 ``(beams,)``, as `decoding.Hypotheses` has them.
        attention: float32 ``(beams, time, regions)``, where each word was chosen from.
        image: float32 ``(region_dim,)``, the mean of the regions.
        expected: of each caption its expected CIDEr-D, or None.
    """

    words: list[list[str]]
    scores: np.ndarray
    attention: np.ndarray
    image: np.ndarray
    expected: list[float | None]


class LiteRTEngine:
    """A .tflite file that captions encoded pictures, as `Engine` says.

    Threads can share it.

    Args:
        path: made by `captioning.export --format litert`.
        num_beams: captions a picture; None takes the file's own number.
        threads: processors to use; all of them if not given.
        rerank: whether captions are in the order of the file's reranker, if it has one.

    Attributes:
        words: the vocabulary, by token id.

    Raises:
        BadInput: there is no such file, it is another thing, or cannot search with
            this number of beams.
    """

    def __init__(
        self,
        path: Path,
        num_beams: int | None = None,
        threads: int | None = None,
        *,
        rerank: bool = True,
    ):
        self.description = f"LiteRT, the file {path}"
        self._file = ModelFile(path, "captions")
        self._threads = threads
        self._facts = self._file.facts
        self.words: list[str] = self._facts["words"]
        reranked = self._facts.get("reranked") if rerank else None
        self.is_reranked = reranked is not None
        self._searches = reranked or self._facts
        self._num_beams = self._able(num_beams or self._searches["num_beams"])
        confidence = self._file.buffers.get(CONFIDENCE)
        try:
            self._confidence = confidence and Confidence.from_bytes(confidence)
        except DAMAGED as error:
            raise self._file.damaged("cannot be loaded", error) from error
        # Most programs search with one number of beams: the others are not made ready.
        own = [ENCODER, self._signature(self._num_beams)]
        self._own_graphs = Graphs(self._file, own, threads)
        self._lock = threading.Lock()
        self._all_graphs: Graphs | None = None

    @property
    def gives_confidence(self) -> bool:
        return self._confidence is not None

    def caption(
        self, pictures: list[bytes], num_beams: int | None = None
    ) -> list[list[Caption]]:
        num_beams = self._able(num_beams)

        def captions(run: Run, picture: bytes) -> list[Caption]:
            return self._captions(self._search(run, picture, num_beams))

        return self._graphs(num_beams).map(captions, pictures)

    def caption_with_attention(
        self, picture: bytes, num_beams: int | None = None
    ) -> tuple[list[Caption], AttentionMaps]:
        found = self.search(picture, num_beams)
        words = found.words[0]
        shown, weights = reduced(upright(picture)), found.attention[0, : len(words)]
        return self._captions(found), AttentionMaps(shown, words, weights)

    def search(self, picture: bytes, num_beams: int | None = None) -> Found:
        """Return what is found about an encoded picture.

        Raises:
            BadInput: the file cannot search with this number of beams.
        """
        num_beams = self._able(num_beams)
        return self._search(self._graphs(num_beams).run, picture, num_beams)

    def regions(self, picture: bytes) -> np.ndarray:
        """Return the regions of an encoded picture, float32 ``(regions,
        region_dim)``."""
        return self._regions(self._own_graphs.run, picture)[0]

    def _graphs(self, num_beams: int) -> Graphs:
        """Return the encoder and the search with so many beams, or more."""
        if self._signature(num_beams) == self._signature(self._num_beams):
            return self._own_graphs
        with self._lock:
            if self._all_graphs is None:  # one interpreter, however many searches
                self._all_graphs = Graphs(self._file, threads=self._threads, at_once=1)
            return self._all_graphs

    def _signature(self, num_beams: int) -> str:
        if self.is_reranked:  # the first of them are shown
            return RERANKED_SEARCH.format(self._searches["num_beams"])
        return SEARCH.format(num_beams)

    def _regions(self, run: Run, picture: bytes) -> np.ndarray:
        size = self._facts["image_size"]
        pixels = squeezed(upright(picture, SPARE_SCALE * size), size)[None]
        return run(ENCODER, pixels=pixels)["regions"]

    def _search(self, run: Run, picture: bytes, num_beams: int) -> Found:
        shown = slice(num_beams)
        regions = self._regions(run, picture)
        found = run(self._signature(num_beams), regions=regions)
        try:
            words = [self._words(ids) for ids in found["token_ids"][0, shown]]
            scores, attention = found["scores"][0, shown], found["attention"][0, shown]
            expected = [None] * len(scores)
            if "expected_cider_d" in found:  # not of the fast mode, or files of before
                expected = found["expected_cider_d"][0, shown].tolist()
        except DAMAGED as error:
            raise self._file.damaged("fails when it is run", error) from error
        return Found(words, scores, attention, regions[0].mean(axis=0), expected)

    def _able(self, num_beams: int | None) -> int:
        """Return a number of beams that the file can search with: its own if not
        given."""
        num_beams = num_beams or self._num_beams
        able = self._searches["all_beams"]
        if self.is_reranked:
            able = list(range(1, self._searches["num_beams"] + 1))
        if num_beams not in able:
            is_ours = pretrained.is_ours(self._file.path)
            run = pretrained.RUN if is_ours else "that it was made of"
            raise BadInput(
                f"The number of beams of {self._file.path} may be "
                f"{', '.join(map(str, able))}, got {num_beams}. Ask for one of these; "
                f"or take the run {run}, which needs TensorFlow and searches with any "
                f"number, or export it with --beams {num_beams}."
            )
        return num_beams

    def _captions(self, found: Found) -> list[Caption]:
        return [
            Caption(
                self._joined(words),
                float(score),
                self._confidence and self._confidence.of(words, score, found.image),
                expected,
            )
            for words, score, expected in zip(
                found.words, found.scores, found.expected, strict=True
            )
        ]

    def _joined(self, words: list[str]) -> str:
        """As `text.standardize.join_words`; of files of before, words alone."""
        text = re.sub(self._facts["clitics"], r"\1", " ".join(words))
        spaced_character = self._facts.get("spaced_character")
        return re.sub(spaced_character, r"\1", text) if spaced_character else text

    def _words(self, token_ids: np.ndarray) -> list[str]:
        """As `Vocabulary.decode`: up to END, without PAD and START."""
        facts = self._facts
        before_end = np.cumsum(token_ids == facts["end"]) == 0
        return [
            facts["words"][number]
            for number in token_ids[before_end]
            if number not in (facts["pad"], facts["start"])
        ]
