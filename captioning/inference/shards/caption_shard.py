"""The pictures of a shard -> what is said of each. The one place where shards are
captioned, by one process or by many workers."""

from collections.abc import Callable, Sequence

from captioning.inference.picture_batches import Says, captioning
from captioning.inference.result_text import between
from captioning.inference.results import PictureResult
from data_prep.pictures.places import place


class ShardCaptioner:
    """Captions shards, one after the other; the model is loaded by the first.

    Before that it can be pickled, and sent to a worker.

    Args:
        load: returns what captions and what tags, see `picture_batches.captioning`.
        least: captions of a lower confidence are left out.
        prefix: text before every caption.
        suffix: text behind every caption.
    """

    def __init__(
        self,
        load: Callable[[], Says],
        least: float | None = None,
        prefix: str = "",
        suffix: str = "",
    ):
        self._load, self._least = load, least
        self._prefix, self._suffix = prefix, suffix
        self._says: Says | None = None

    def __call__(self, names: Sequence[str]) -> list[PictureResult]:
        """Return what becomes of each picture, in order."""
        pictures = [place(name) for name in names]
        with captioning(pictures, self._loaded, self._least) as results:
            return [between(r, self._prefix, self._suffix) for r in results]

    def _loaded(self) -> Says:
        self._says = self._says or self._load()
        return self._says
