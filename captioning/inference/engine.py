"""Engines: what computes captions. `inference.choose_engine` chooses one."""

from typing import Protocol

from captioning.inference.results import AttentionMaps, Caption
from data_prep.errors import BadInput


class Engine(Protocol):
    """A captioner that is loaded and ready.

    `litert.engine.LiteRTEngine` runs a .tflite file, without TensorFlow;
    `tensorflow_engine.RunEngine` runs a training run, and
    `tensorflow_engine.SavedModelEngine` an export of one. Of one set of float32 weights
    all three say the same words.

    Attributes:
        description: what is run, and by which library, for `--verbose`.
        gives_confidence: whether its captions have a confidence.
        is_reranked: whether its captions are in the order of a reranker
            (`decoding.reranking`); else in that of their scores.
    """

    description: str
    gives_confidence: bool
    is_reranked: bool

    def caption(
        self, pictures: list[bytes], num_beams: int | None = None
    ) -> list[list[Caption]]:
        """Return the captions of each picture, best first.

        Args:
            pictures: JPEG or PNG files, as `data_prep.pictures.reader.PictureReader`
                returns them.
            num_beams: captions a picture; None takes the number it was loaded with.

        Raises:
            BadPicture: one of the pictures cannot be decoded.
            BadInput: it cannot search with this number of beams.
        """
        ...


class LookingEngine(Engine, Protocol):
    """An engine that also says where it looked: all but a `SavedModelEngine`."""

    def caption_with_attention(
        self, picture: bytes, num_beams: int | None = None
    ) -> tuple[list[Caption], AttentionMaps]:
        """Return the captions of one encoded picture, best first, and the attention
        maps of the best of them.

        Raises:
            BadPicture: it cannot be decoded.
        """
        ...


def check_gives_confidence(engine: Engine, name: str) -> None:
    """Raise BadInput if an engine does not say how sure it is.

    Args:
        engine: any.
        name: what a user calls the least confidence: a flag or an argument.
    """
    if not engine.gives_confidence:
        raise BadInput(
            f"{name} needs a captioner that says how sure it is, and this one does not "
            f"({engine.description}); leave {name} out, or take the captioner that "
            "comes with the project."
        )
