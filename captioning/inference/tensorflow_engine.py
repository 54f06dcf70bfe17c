"""Captions by TensorFlow: of a run, or of a SavedModel that was made of one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from captioning.inference.confidence import Confidence
from captioning.inference.results import AttentionMaps, Caption
from captioning.inference.saved_model import check_beams, check_rerank, load_server
from captioning.models.captioner import Captioner
from captioning.training.loading import load_run
from data_prep.pictures.decode import decode_picture, resize_to_square
from data_prep.pictures.decode_pillow import reduced
from data_prep.pictures.limits import SPARE_SCALE
from data_prep.pictures.reader import BadPicture
from data_prep.text.standardize import split_words


class SavedModelEngine:
    """An export that captions encoded pictures, as `Engine` says.

    Args:
        path: the folder of an export.
        num_beams: captions a picture; None takes the export's own number.
        rerank: False is refused by an export that re-ranks.
        trust_model: whether it may do more than compute (`saved_model_operations`).

    Raises:
        BadInput: it is no export of captions, or searches in another way.
    """

    gives_confidence = False

    def __init__(
        self,
        path: Path,
        num_beams: int | None = None,
        *,
        rerank: bool = True,
        trust_model: bool = False,
    ):
        self.is_reranked = check_rerank(path, rerank)
        self.description = f"TensorFlow, the SavedModel {path}"
        self._path = path
        self._ask = load_server(
            path, "captions", num_beams, trust_model=trust_model
        ).ask

    def caption(
        self, pictures: list[bytes], num_beams: int | None = None
    ) -> list[list[Caption]]:
        check_beams(self._path, num_beams)
        return _captions(ask_pictures(self._ask, pictures))


class RunEngine:
    """A run that captions encoded pictures, as `Engine` says, and gives attention maps.

    Args:
        path: the run's directory.
        num_beams: captions a picture; None takes the run's own number.
        rerank: whether captions are in the order of the run's reranker, if it has one.

    Raises:
        BadInput: it is no run, or did not learn captions.
    """

    def __init__(
        self, path: Path, num_beams: int | None = None, *, rerank: bool = True
    ):
        self.description = f"TensorFlow, the run {path}"
        self._task = task = load_run(path, rerank=rerank).task("captions")
        self.is_reranked = task.reranker is not None
        # The regions are computed once, for the search, the maps and the confidence.
        self._encode = tf.function(
            task.model.encode, autograph=False, reduce_retracing=True
        )
        task.model = Captioner(None, task.model.decoder)
        self._confidence = Confidence.of_run(path)
        self._num_beams = num_beams
        self._searches: dict[int | None, Callable] = {}  # by the number of beams

    def caption(
        self, pictures: list[bytes], num_beams: int | None = None
    ) -> list[list[Caption]]:
        # Decoded here by the operations of the served graph: to trace them in a graph
        # takes 1.5 s, a sixth of the time to the first caption.
        pixels = [self._pixels(picture) for picture in pictures]
        return self._search(self._encode(tf.stack(pixels)), num_beams)

    def caption_with_attention(
        self, picture: bytes, num_beams: int | None = None
    ) -> tuple[list[Caption], AttentionMaps]:
        regions = self._encode(self._pixels(picture)[None])
        (captions,) = self._search(regions, num_beams)
        return captions, self._attention_maps(picture, regions, captions[0].caption)

    @property
    def gives_confidence(self) -> bool:
        return self._confidence is not None

    def _pixels(self, picture: bytes) -> tf.Tensor:
        """Return what the encoder sees, as `data_prep.pictures.decode.load_picture`."""
        size = self._task.config.vision.image_size
        return resize_to_square(_decoded(picture, SPARE_SCALE * size), size)

    def _search(self, regions: tf.Tensor, num_beams: int | None) -> list[list[Caption]]:
        num_beams = num_beams or self._num_beams
        shown = slice(num_beams)
        if self.is_reranked and num_beams is not None:
            # Of the captions that are re-ranked the first are shown.
            num_beams = max(num_beams, int(self._task.reranker.num_beams))
        if num_beams not in self._searches:
            self._searches[num_beams] = self._task.searcher(num_beams)
        found = _captions(self._searches[num_beams](regions))
        images = tf.reduce_mean(tf.cast(regions, tf.float32), axis=1).numpy()
        return [
            [self._with_confidence(caption, image) for caption in captions[shown]]
            for captions, image in zip(found, images, strict=True)
        ]

    def _with_confidence(self, caption: Caption, image: np.ndarray) -> Caption:
        if not self._confidence:
            return caption
        (words,) = split_words(tf.constant([caption.caption])).to_list()
        words = [word.decode("utf-8") for word in words]
        sure = self._confidence.of(words, caption.score, image)
        return caption._replace(confidence=sure)

    def attention_maps(self, picture: bytes, caption: str) -> AttentionMaps:
        """Return the attention maps of a caption of an encoded picture.

        Raises:
            BadPicture: it cannot be decoded.
        """
        regions = self._encode(self._pixels(picture)[None])
        return self._attention_maps(picture, regions, caption)

    def _attention_maps(
        self, picture: bytes, regions: tf.Tensor, caption: str
    ) -> AttentionMaps:
        words, weights = self._task.attention_maps(regions, caption)
        small = reduced(Image.fromarray(_decoded(picture).numpy()))
        # A caption without words has weights too: those from which its end was chosen.
        return AttentionMaps(small, words, weights[: len(words)])


def ask_pictures(ask, pictures: list[bytes]) -> dict[str, tf.Tensor]:
    """Return what a serving function answers about encoded pictures.

    Raises:
        BadPicture: one of the pictures cannot be decoded.
    """
    found = ask(image_bytes=tf.constant(pictures))
    for error in found["errors"].numpy():
        if error:
            raise BadPicture(error.decode("utf-8"))
    return found


def _decoded(picture: bytes, least_side: int | None = None) -> tf.Tensor:
    """Return an encoded picture as uint8 ``(height, width, 3)``, upright."""
    try:
        return decode_picture(tf.constant(picture), least_side)
    except tf.errors.OpError as error:
        raise BadPicture(
            "cannot be decoded by TensorFlow; save it anew as JPEG or PNG."
        ) from error


def _captions(found: dict[str, tf.Tensor]) -> list[list[Caption]]:
    """Return what `Captions.searcher` found, of each picture."""
    texts, scores = found["captions"].numpy(), found["scores"].numpy()
    expected = np.full(scores.shape, None)
    if "expected_cider_d" in found:  # not in exports of before
        expected = found["expected_cider_d"].numpy()
    return [
        [
            Caption(text.decode("utf-8"), score, None, expected)
            for text, score, expected in zip(*row, strict=True)
        ]
        for row in zip(texts, scores.tolist(), expected.tolist(), strict=True)
    ]
