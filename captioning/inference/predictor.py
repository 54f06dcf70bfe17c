"""Inference: a run, or an export of one, that captions and tags encoded pictures."""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from captioning.inference.results import Caption, Tag
from captioning.inference.saved_model import is_export, load_server, tasks_of
from captioning.training.loading import load_run
from captioning.training.run_directory import newest
from data_prep.errors import BadInput
from data_prep.pictures.decode import decode_picture, resize_to_square
from data_prep.pictures.reader import BadPicture

# Tags this probable are shown, or the best one. Generous: one that is likelier wrong
# than right may still be worth a look.
LIKELY = 0.3
LONGEST_SIDE = 640  # of a picture drawn, in pixels: three times what a panel shows


class LoadedCaptioner:
    """A run, or an export of one, that captions batches of encoded pictures.

    Args:
        path: a run's directory or an export's.
        num_beams: captions a picture; None takes the run's own, or the export's.

    Raises:
        BadInput: it is neither, or an export with another number of beams.
    """

    def __init__(self, path: Path, num_beams: int | None = None):
        self._ask = load_server(path, "captions", num_beams).ask

    def __call__(self, pictures: list[bytes]) -> list[list[Caption]]:
        """Return the captions of each picture, best first.

        Raises:
            BadPicture: one of the pictures cannot be decoded.
        """
        return _captions(_asked(self._ask, pictures))


class Looks(NamedTuple):
    """Where a run looked as it chose each word about a picture.

    Attributes:
        picture: uint8 ``(height, width, 3)``, upright, in its own shape, reduced to
            `LONGEST_SIDE` at most.
        words: of the caption.
        weights: float32 ``(words, regions)``, each row of sum 1. Regions go along the
            rows of a square grid that is stretched over the whole picture, as the
            picture was squeezed into the square that the model saw.
    """

    picture: np.ndarray
    words: list[str]
    weights: np.ndarray


class DrawingCaptioner:
    """A run that captions encoded pictures and draws where it looked meanwhile.

    Args:
        path: a run's directory.
        out: the picture file to draw, .png or .jpg, written over by every picture.
        num_beams: captions a picture; None takes the run's own.

    Raises:
        BadInput: it is an export, or no run of captions.
    """

    def __init__(self, path: Path, out: Path, num_beams: int | None = None):
        if is_export(path):
            raise BadInput(
                f"{path} is an export, which says words alone; expected a run, which "
                "also tells where it looks. Give --run the run that it was made of."
            )
        self._task = load_run(path).task("captions")
        self._ask = self._task.serving_function(num_beams=num_beams)
        self._out = out

    def __call__(self, pictures: list[bytes]) -> list[list[Caption]]:
        """Return the captions of each picture, best first, and draw the best.

        Raises:
            BadPicture: one of the pictures cannot be decoded.
            BadInput: the file cannot be written.
        """
        from captioning.plots.attention import draw_attention

        found = _captions(_asked(self._ask, pictures))
        for picture, (best, *_) in zip(pictures, found, strict=True):
            looks = self.attention_maps(picture, best.caption)
            try:
                draw_attention(looks.picture, looks.words, looks.weights, self._out)
            except OSError as error:
                raise BadInput(
                    f"{self._out} cannot be written ({error.strerror}); expected to "
                    "draw the attention there. Name another file."
                ) from error
        return found

    def attention_maps(self, picture: bytes, caption: str) -> Looks:
        """Return where the run looks as it says `caption` of an encoded picture."""
        decoded = decode_picture(tf.constant(picture))
        pixels = resize_to_square(decoded, self._task.config.vision.image_size)
        words, weights = self._task.attention_maps(pixels[None], caption)
        small = Image.fromarray(decoded.numpy())
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        # A caption without words has weights too: those from which its end was chosen.
        return Looks(np.asarray(small), words, weights[: len(words)])


class LoadedTagger:
    """A run, or an export of one, that tags batches of encoded pictures.

    Raises:
        BadInput: it is neither, or did not learn tags.
    """

    def __init__(self, path: Path):
        self._ask = load_server(path, "tags").ask

    def __call__(self, pictures: list[bytes]) -> list[list[Tag]]:
        """Return the likely tags of each picture, best first, at least one.

        Raises:
            BadPicture: one of the pictures cannot be decoded.
        """
        found = _asked(self._ask, pictures)
        return [
            [
                Tag(tag.decode("utf-8"), float(probability))
                for place, (tag, probability) in enumerate(zip(*row, strict=True))
                if place == 0 or probability >= LIKELY
            ]
            for row in zip(
                found["tags"].numpy(), found["probabilities"].numpy(), strict=True
            )
        ]


def _captions(found: dict[str, tf.Tensor]) -> list[list[Caption]]:
    return [
        [
            Caption(text.decode("utf-8"), float(score))
            for text, score in zip(texts, scores, strict=True)
        ]
        for texts, scores in zip(
            found["captions"].numpy(), found["scores"].numpy(), strict=True
        )
    ]


def _asked(ask, pictures: list[bytes]):
    try:
        return ask(image_bytes=tf.constant(pictures))
    except tf.errors.OpError as error:
        raise BadPicture(
            "cannot be decoded by TensorFlow; save it anew as JPEG or PNG."
        ) from error


def run_with_tags(run: Path) -> Path:
    """Return a run if it learned tags too, else the newest that did, saying which.

    Raises:
        BadInput: there is none.
    """
    if "tags" in tasks_of(run):
        return run
    found = newest("tags")
    print(f"using {found}, the newest run of tags", file=sys.stderr)
    return found
