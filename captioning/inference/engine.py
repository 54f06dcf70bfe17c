"""Engines: what computes captions. `inference.load` chooses one."""

from typing import Protocol

from captioning.inference.results import Caption


class Engine(Protocol):
    """A captioner that is loaded and ready.

    `litert.engine.LiteRTEngine` runs a .tflite file, without TensorFlow;
    `tensorflow_engine.RunEngine` runs a training run, and
    `tensorflow_engine.SavedModelEngine` an export of one. Of one set of float32 weights
    all three say the same words.

    Attributes:
        description: what is run, and by which library, for `--verbose`.
    """

    description: str

    def caption(self, pictures: list[bytes]) -> list[list[Caption]]:
        """Return the captions of each picture, best first.

        Args:
            pictures: JPEG or PNG files, as `data_prep.pictures.reader.PictureReader`
                returns them.

        Raises:
            BadPicture: one of the pictures cannot be decoded.
        """
        ...
