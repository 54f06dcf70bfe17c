"""The file of a run's reranker, RUN/captions/reranker.npz."""

from pathlib import Path
from zipfile import BadZipFile

from captioning.decoding import Reranker
from data_prep.atomic import write_bytes
from data_prep.errors import BadInput

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
        of = (int(reranker.vocabulary_size), reranker.weights.shape[1])
    except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile) as error:
        raise BadInput(
            f"{path} cannot be read ({error}); expected what `python -m "
            "captioning.rerank` wrote. Make it again, or remove it."
        ) from error
    if of != (vocabulary_size, region_dim):
        raise BadInput(
            f"{path} is of {of[0]:,} words and regions of {of[1]:,} numbers; expected "
            f"{vocabulary_size:,} and {region_dim:,}, as the run has. Make it again by "
            "`python -m captioning.rerank`, or remove it."
        )
    return reranker


def save_reranker(folder: Path, reranker: Reranker) -> None:
    """Write a reranker into a run's folder of captions."""
    write_bytes(folder / FILE, reranker.to_bytes())
