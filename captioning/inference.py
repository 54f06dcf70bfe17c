"""Inference: a run, or an export of one, that captions and tags encoded pictures."""

import sys
from pathlib import Path

import tensorflow as tf

from captioning.runs import newest
from captioning.said import Caption, Tag
from captioning.serving import load_server, patterns_of
from data_prep.pictures import BadPicture

# Tags this probable are shown, or the best one. Generous: one that is likelier wrong
# than right may still be worth a look.
LIKELY = 0.3


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
        found = _asked(self._ask, pictures)
        return [
            [
                Caption(text.decode("utf-8"), float(score))
                for text, score in zip(texts, scores, strict=True)
            ]
            for texts, scores in zip(
                found["captions"].numpy(), found["scores"].numpy(), strict=True
            )
        ]


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
    if "tags" in patterns_of(run):
        return run
    found = newest("tags")
    print(f"using {found}, the newest run of tags", file=sys.stderr)
    return found
