"""Confidence: how probable it is that a caption names the right main thing.

Two numbers say it: the caption's score, and what a linear probe of the caption's main
noun says of the picture. A probe tells from the mean of the picture's regions whether
people would write the noun (Alain & Bengio 2017, "Understanding intermediate layers
using linear classifier probes"); it was learned from photos, and from drawings, noise
and diagrams, of which it has to say no. The two go through a logistic function that was
fitted on photos seen by no training (Platt 1999). `benchmarks.confidence` does both.
The page computes the same in `serving/page/app/confidence.js`.
"""

import dataclasses
import functools
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from captioning.metrics.main_noun import main_noun
from captioning.training.run_files import CONFIDENCE
from data_prep.errors import DAMAGED, BadInput, printable

UNSURE = 0.5  # a caption of lower confidence is more probably wrong than right


@dataclass(frozen=True)
class Confidence:
    """Probes and what makes a probability of them.

    Attributes:
        words: the nouns of the vocabulary.
        nouns: of each word, its base form.
        probed: the base forms that have a probe.
        weights: ``(probed, region_dim)``, of the probes.
        biases: ``(probed,)``.
        unprobed: the logit of a noun without probe, which is rare.
        scales: ``(3,)``: factors of the logit and of the score, and a constant.
    """

    words: np.ndarray
    nouns: np.ndarray
    probed: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    unprobed: np.ndarray
    scales: np.ndarray

    @classmethod
    def of_run(cls, directory: Path) -> "Confidence | None":
        """Return the confidence that was fitted for a run; None if there is none.

        Raises:
            BadInput: its file is damaged.
        """
        file = directory / CONFIDENCE
        if not file.is_file():
            return None
        try:
            return cls.from_bytes(file.read_bytes())
        except DAMAGED as error:
            raise BadInput(
                f"{file} cannot be read ({printable(error, 200)}); expected the "
                "confidence that was fitted for the run. Restore it, or remove it."
            ) from error

    @classmethod
    def from_bytes(cls, content: bytes) -> "Confidence":
        """Return what `to_bytes` wrote; raise one of `DAMAGED` of anything else."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            names = [field.name for field in dataclasses.fields(cls)]
            found = cls(**{name: arrays[name] for name in names})
        numbers = (found.weights, found.biases, found.unprobed, found.scales)
        if not all(np.all(np.isfinite(array)) for array in numbers):
            raise ValueError("it has values that are no numbers")
        probed, rows, words = map(len, (found.probed, found.weights, found.words))
        if not (probed == rows == len(found.biases) and words == len(found.nouns)):
            raise ValueError("its arrays are of different lengths")
        return found

    def to_bytes(self) -> bytes:
        """Return the arrays as the content of an .npz file."""
        file = io.BytesIO()
        np.savez_compressed(file, **dataclasses.asdict(self))
        return file.getvalue()

    def of(self, words: Sequence[str], score: float, image: np.ndarray) -> float:
        """Return the confidence of a caption, 0..1.

        Args:
            words: of the caption.
            score: of the caption, as `decoding` has it.
            image: float32 ``(region_dim,)``, the mean of the picture's regions.
        """
        factor_of_logit, factor_of_score, constant = map(float, self.scales)
        logit = factor_of_logit * self.probe(words, image)
        logit += factor_of_score * score + constant
        # The logistic function, in a form that no logit is too large for.
        return 0.5 * (1.0 + math.tanh(0.5 * logit))

    def probe(self, words: Sequence[str], image: np.ndarray) -> float:
        """Return the logit of the probe of a caption's main noun."""
        row = self._rows.get(main_noun(words, self._base_forms.get))
        if row is None:
            return float(self.unprobed)
        return float(self.weights[row].astype(np.float32) @ image + self.biases[row])

    # Tables that are made once. Making them for each of a photo's twenty captions took
    # a fifth of the photo's time.
    @functools.cached_property
    def _base_forms(self) -> dict[str, str]:
        return dict(zip(self.words.tolist(), self.nouns.tolist(), strict=True))

    @functools.cached_property
    def _rows(self) -> dict[str | None, int]:
        """Return the place of the probe of each base form that has one."""
        return {noun: row for row, noun in enumerate(self.probed.tolist())}


def unsure(confidence: float | None) -> str:
    """Return what marks a caption that is more probably wrong than right."""
    if confidence is None or confidence >= UNSURE:
        return ""
    return f"  (unsure: {confidence:.0%})"
