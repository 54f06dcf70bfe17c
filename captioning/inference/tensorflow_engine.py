"""Captions by TensorFlow: of a run, or of a SavedModel that was made of one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf
from PIL import Image

from captioning.inference.pixels import reduced
from captioning.inference.results import AttentionMaps, Caption
from captioning.inference.saved_model import check_beams, check_rerank, load_server
from captioning.training.loading import load_run
from data_prep.pictures.decode import decode_picture, resize_to_square
from data_prep.pictures.reader import BadPicture


class SavedModelEngine:
    """An export that captions encoded pictures, as `Engine` says.

    Args:
        path: the folder of an export.
        num_beams: captions a picture; None takes the export's own number.
        rerank: False is refused by an export that re-ranks.

    Raises:
        BadInput: it is no export of captions, or searches in another way.
    """

    gives_confidence = False

    def __init__(
        self, path: Path, num_beams: int | None = None, *, rerank: bool = True
    ):
        self.is_reranked = check_rerank(path, rerank)
        self.description = f"TensorFlow, the SavedModel {path}"
        self._path = path
        self._ask = load_server(path, "captions", num_beams).ask

    def caption(
        self, pictures: list[bytes], num_beams: int | None = None
    ) -> list[list[Caption]]:
        check_beams(self._path, num_beams)
        found = ask_pictures(self._ask, pictures)
        return _captions(found["captions"], found["scores"])


class RunEngine:
    """A run that captions encoded pictures, as `Engine` says, and gives attention maps.

    Args:
        path: the run's directory.
        num_beams: captions a picture; None takes the run's own number.
        rerank: whether captions are in the order of the run's reranker, if it has one.

    Raises:
        BadInput: it is no run, or did not learn captions.
    """

    gives_confidence = False

    def __init__(
        self, path: Path, num_beams: int | None = None, *, rerank: bool = True
    ):
        self.description = f"TensorFlow, the run {path}"
        self._task = load_run(path).task("captions")
        if not rerank:
            self._task.reranker = None
        self.is_reranked = self._task.reranker is not None
        self._num_beams = num_beams
        self._searches: dict[int | None, Callable] = {}  # by the number of beams

    def caption(
        self, pictures: list[bytes], num_beams: int | None = None
    ) -> list[list[Caption]]:
        # Decoded here by the operations of the served graph: to trace them in a graph
        # takes 1.5 s, a sixth of the time to the first caption.
        size = self._task.config.vision.image_size
        pixels = [resize_to_square(_decoded(picture), size) for picture in pictures]
        return self._search(tf.stack(pixels), num_beams)

    def caption_with_attention(
        self, picture: bytes, num_beams: int | None = None
    ) -> tuple[list[Caption], AttentionMaps]:
        image = _decoded(picture)
        pixels = resize_to_square(image, self._task.config.vision.image_size)[None]
        (captions,) = self._search(pixels, num_beams)
        return captions, self._attention_maps(image, pixels, captions[0].caption)

    def _search(self, pixels: tf.Tensor, num_beams: int | None) -> list[list[Caption]]:
        num_beams = num_beams or self._num_beams
        shown = slice(num_beams)
        if self.is_reranked and num_beams is not None:
            # Of the captions that are re-ranked the first are shown.
            num_beams = max(num_beams, int(self._task.reranker.num_beams))
        if num_beams not in self._searches:
            self._searches[num_beams] = self._task.captioner(num_beams)
        captions, scores = self._searches[num_beams](pixels)
        return _captions(captions[:, shown], scores[:, shown])

    def attention_maps(self, picture: bytes, caption: str) -> AttentionMaps:
        """Return the attention maps of a caption of an encoded picture.

        Raises:
            BadPicture: it cannot be decoded.
        """
        image = _decoded(picture)
        pixels = resize_to_square(image, self._task.config.vision.image_size)[None]
        return self._attention_maps(image, pixels, caption)

    def _attention_maps(self, image, pixels, caption: str) -> AttentionMaps:
        words, weights = self._task.attention_maps(pixels, caption)
        small = reduced(Image.fromarray(image.numpy()))
        # A caption without words has weights too: those from which its end was chosen.
        return AttentionMaps(small, words, weights[: len(words)])


def ask_pictures(ask, pictures: list[bytes]) -> dict[str, tf.Tensor]:
    """Return what a serving function answers about encoded pictures.

    Raises:
        BadPicture: one of the pictures cannot be decoded.
    """
    with _naming_bad_pictures():
        return ask(image_bytes=tf.constant(pictures))


def _decoded(picture: bytes) -> tf.Tensor:
    """Return an encoded picture as uint8 ``(height, width, 3)``, upright."""
    with _naming_bad_pictures():
        return decode_picture(tf.constant(picture))


@contextmanager
def _naming_bad_pictures() -> Iterator[None]:
    try:
        yield
    except tf.errors.OpError as error:
        raise BadPicture(
            "cannot be decoded by TensorFlow; save it anew as JPEG or PNG."
        ) from error


def _captions(texts: tf.Tensor, scores: tf.Tensor) -> list[list[Caption]]:
    return [
        [
            Caption(text.decode("utf-8"), float(score))
            for text, score in zip(*row, strict=True)
        ]
        for row in zip(texts.numpy(), scores.numpy(), strict=True)
    ]
