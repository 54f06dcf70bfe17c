"""Which engine reads texts, LiteRT or TensorFlow: chosen by what the path is.

Imports no TensorFlow: a .tflite file is loaded without it.
"""

from pathlib import Path

from captioning.inference.model_paths import check_run_or_export, is_one_file
from captioning.inference.read.predictions import TextEngine
from data_prep.cli.import_tensorflow import import_tensorflow


def check_reader(path: Path) -> None:
    """Raise BadInput if a path can be nothing that reads texts."""
    if not is_one_file(path):
        check_run_or_export(path, also=", or a .tflite file")


def load(
    path: Path, task: str, *, threads: int | None = None, trust_model: bool = False
) -> TextEngine:
    """Return what reads texts, loaded.

    Args:
        path: a .tflite file, the folder of an export, or that of a run.
        task: "sentiment", "translation" or "associations".
        threads: of a .tflite file's interpreter; as many as there are processors if not
            given. TensorFlow chooses its own.
        trust_model: whether an export may do more than compute.

    Raises:
        BadInput: `path` is none of these, or did not learn the task.
    """
    check_reader(path)
    if is_one_file(path):
        from captioning.inference.litert.text_engine import LiteRTTextEngine

        return LiteRTTextEngine(path, task, threads)
    import_tensorflow()
    from captioning.inference.read.tensorflow_engine import TensorFlowTextEngine

    return TensorFlowTextEngine(path, task, trust_model=trust_model)
