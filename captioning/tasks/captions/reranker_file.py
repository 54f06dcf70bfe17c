"""The file of a run's reranker, RUN/captions/reranker.npz."""

from pathlib import Path

import numpy as np

from captioning.decoding import Reranker
from data_prep.atomic import write_bytes
from data_prep.errors import DAMAGED, BadInput, printable

FILE = "reranker.npz"


def load_reranker(
    folder: Path, vocabulary_size: int, region_dim: int
) -> Reranker | None:
    """Return the reranker in a run's folder of captions; None if there is none.

    Raises:
        BadInput: it is damaged, or of other words or regions.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        reranker = Reranker.from_bytes(path.read_bytes())
        _check(reranker)
    except DAMAGED as error:
        raise BadInput(
            f"{path} cannot be read ({printable(error, 200)}); expected what "
            "`captioning rerank` wrote. Make it again, or remove it."
        ) from error
    of = (int(reranker.vocabulary_size), reranker.weights.shape[1])
    if of != (vocabulary_size, region_dim):
        raise BadInput(
            f"{path} is of {of[0]:,} words and regions of {of[1]:,} numbers; expected "
            f"{vocabulary_size:,} and {region_dim:,}, as the run has. Make it again by "
            "`captioning rerank`, or remove it."
        )
    return reranker


def save_reranker(folder: Path, reranker: Reranker) -> None:
    """Write a reranker into a run's folder of captions."""
    write_bytes(folder / FILE, reranker.to_bytes())


def _check(reranker: Reranker) -> None:
    """Raise ValueError unless all arrays have their types and shapes, and numbers in
    them that can be."""
    rows, columns = reranker.weights.shape
    (words,) = reranker.detected.shape
    float32, int64 = np.float32, np.int64
    expected = {
        **dict.fromkeys(("idf", "scales", "biases"), (float32, (rows,))),
        **dict.fromkeys(("mean", "deviation"), (float32, (columns,))),
        **dict.fromkeys(("vocabulary_size", "num_beams"), (int64, ())),
        "keys": (int64, (rows - 1,)),
        "weights": (np.int8, (rows, columns)),
        "length_factors": (float32, (len(reranker.length_factors),)),
        "detected": (np.int32, (words,)),
        "detector_weights": (float32, (words, columns)),
        "detector_margins": (float32, (words,)),
    }
    for name, array in reranker._asdict().items():
        found = f"{name} is {array.dtype} {array.shape}"
        if (array.dtype, array.shape) != expected[name]:
            raise ValueError(found)
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{found}, and not all are numbers")
    if np.any(np.diff(reranker.keys) <= 0) or reranker.num_beams < 1:
        raise ValueError("keys are in no order, or there are no beams")
    if not len(reranker.length_factors) or np.any(reranker.deviation <= 0):
        raise ValueError("there are no lengths, or a deviation is not positive")
    if not np.all(
        (reranker.detected >= 0) & (reranker.detected < reranker.vocabulary_size)
    ):
        raise ValueError("a detector is of no word of the vocabulary")
