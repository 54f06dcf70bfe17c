"""Which engine captions: decided here, once a command, and by nothing else.

Imports no TensorFlow: a .tflite file is loaded without it.
"""

from pathlib import Path

from captioning import pretrained
from captioning.inference.engine import Engine
from captioning.inference.litert.metadata import SEARCHES
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput


def load(
    path: Path | None = None,
    num_beams: int | None = None,
    *,
    attention: bool = False,
    threads: int | None = None,
    rerank: bool = True,
) -> Engine:
    """Return a captioner, loaded.

    A .tflite file is run by LiteRT; a SavedModel or a run by TensorFlow. The pretrained
    captioner is both, and says the same words; TensorFlow runs it only if more beams
    are asked for than its file searches with.

    Args:
        path: a .tflite file, the folder of an export, or that of a run; None is the
            pretrained captioner.
        num_beams: captions a picture; None takes the run's own number, or the export's.
        attention: whether attention maps will be asked for, which an export does not
            give; the engine is then a `LookingEngine`.
        threads: of a .tflite file's interpreter; as many as there are processors if not
            given. TensorFlow chooses its own.
        rerank: whether captions are in the order of a reranker, if there is one
            (`decoding.reranking`); False is faster.

    Raises:
        BadInput: `path` is none of these, cannot search with this number of beams, or
            gives no attention maps.
    """
    if path is None:
        few = num_beams is None or num_beams in SEARCHES
        path = pretrained.FILE if few else pretrained.RUN
    if path.is_file() or path.suffix == ".tflite":
        from captioning.inference.litert.engine import LiteRTEngine

        return LiteRTEngine(path, num_beams, threads, rerank=rerank)
    import_tensorflow()
    from captioning.inference.saved_model import is_saved_model
    from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine

    if not is_saved_model(path):
        return RunEngine(path, num_beams, rerank=rerank)
    if attention:
        raise BadInput(
            f"{path} is an export, which gives captions but no attention maps; "
            "expected a run or a .tflite file. Give --run the run that it was made of."
        )
    return SavedModelEngine(path, num_beams, rerank=rerank)
