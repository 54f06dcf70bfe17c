"""Which engine captions: decided here, once a command, and by nothing else.

Imports no TensorFlow: a .tflite file is loaded without it.
"""

from pathlib import Path

from captioning import pretrained
from captioning.inference.engine import Engine
from captioning.inference.litert.cache import cached_litert
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput


def load(
    path: Path | None = None, num_beams: int | None = None, *, attention: bool = False
) -> Engine:
    """Return a captioner, loaded.

    A .tflite file is run by LiteRT; a SavedModel or a run by TensorFlow. The pretrained
    captioner is run by LiteRT if `captioning.export --format litert` has put it into
    the user's cache, else by TensorFlow; the words are the same.

    Args:
        path: a .tflite file, the folder of an export, or that of a run; None is the
            pretrained captioner.
        num_beams: captions a picture; None takes the run's own number, or the export's.
        attention: whether attention maps will be asked for, which only a run gives; the
            engine is then a `RunEngine`.

    Raises:
        BadInput: `path` is none of these, is an export with another number of beams,
            or cannot give attention maps.
    """
    if path is None:
        exported = cached_litert(num_beams)
        path = exported if exported.is_file() and not attention else pretrained.RUN
    if path.is_file() or path.suffix == ".tflite":
        if attention:
            raise BadInput(_words_alone(path, "a .tflite file"))
        from captioning.inference.litert.engine import LiteRTEngine

        return LiteRTEngine(path, num_beams)
    import_tensorflow()
    from captioning.inference.saved_model import is_saved_model
    from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine

    if not is_saved_model(path):
        return RunEngine(path, num_beams)
    if attention:
        raise BadInput(_words_alone(path, "an export"))
    return SavedModelEngine(path, num_beams)


def _words_alone(path: Path, kind: str) -> str:
    return (
        f"{path} is {kind}, which gives captions but no attention maps; expected a "
        "run. Give --run the run that it was made of."
    )
