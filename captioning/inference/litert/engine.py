"""A .tflite file -> captions of encoded pictures, with Pillow and LiteRT alone.

Neither TensorFlow nor Keras is imported: a command that uses this answers in the time
that they take to be found.
"""

import io
import os
import re
from pathlib import Path

import numpy as np

from captioning.inference.litert.metadata import facts_of
from captioning.inference.results import Caption
from data_prep.console import silence
from data_prep.errors import BadInput

SIGNATURE = "captions"


class LiteRTEngine:
    """A .tflite file that captions encoded pictures, as `Engine` says, one by one.

    Args:
        path: made by `captioning.export --format litert`.
        num_beams: captions a picture; must be the file's own number if given.

    Raises:
        BadInput: there is no such file, it is another thing, or has another number of
            beams.
    """

    def __init__(self, path: Path, num_beams: int | None = None):
        self.description = f"LiteRT, the file {path}"
        try:
            model = Path(path).read_bytes()
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected a .tflite file: "
                "check the path."
            ) from error
        self._facts = facts_of(model, path)
        if num_beams not in (None, self._facts["num_beams"]):
            raise BadInput(
                f"{path} was exported with {self._facts['num_beams']} beams, "
                f"{num_beams} were asked for. Leave --beams out, or export again with "
                "the number you want."
            )
        from ai_edge_litert.interpreter import Interpreter

        try:
            with silence():  # it says which kernels it takes
                self._interpreter = Interpreter(
                    model_content=model, num_threads=os.cpu_count()
                )
                self._interpreter.allocate_tensors()
            self._run = self._interpreter.get_signature_runner(SIGNATURE)
        except (ValueError, RuntimeError) as error:
            raise BadInput(
                f"{path} cannot be loaded ({str(error).splitlines()[0]}); expected a "
                "whole .tflite file. Export the run again."
            ) from error

    def caption(self, pictures: list[bytes]) -> list[list[Caption]]:
        return [self._captions(picture) for picture in pictures]

    def _captions(self, picture: bytes) -> list[Caption]:
        found = self._run(pixels=pixels_of(picture, self._facts["image_size"])[None])
        return [
            Caption(self._text(token_ids), float(score))
            for token_ids, score in zip(
                found["token_ids"][0], found["scores"][0], strict=True
            )
        ]

    def _text(self, token_ids) -> str:
        """As `Vocabulary.decode`: up to END, without PAD and START."""
        facts = self._facts
        before_end = np.cumsum(token_ids == facts["end"]) == 0
        words = [
            facts["words"][number]
            for number in token_ids[before_end]
            if number not in (facts["pad"], facts["start"])
        ]
        return re.sub(facts["clitics"], r"\1", " ".join(words))


def pixels_of(picture: bytes, image_size: int) -> np.ndarray:
    """Return a picture upright and squeezed into a square, as `pictures.decode` does.

    Args:
        picture: JPEG or PNG.
        image_size: the side of the square, in pixels.

    Returns:
        float32 ``(image_size, image_size, 3)``, 0..255. Within 0.01 of the pixels in
        the graph: the same triangle filter, in another order of summation.
    """
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(picture)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    # Each channel as numbers with fractions: of a picture with colours Pillow would
    # round every sum to whole levels.
    size, triangle = (image_size, image_size), Image.Resampling.BILINEAR
    channels = [band.convert("F").resize(size, triangle) for band in upright.split()]
    return np.clip(np.stack(channels, axis=-1), 0.0, 255.0)
