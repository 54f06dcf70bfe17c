"""Which engine captions, LiteRT or TensorFlow: chosen here by what the path is.

Imports no TensorFlow: a .tflite file is loaded without it.
"""

from pathlib import Path

from captioning import pretrained
from captioning.inference.engine import Engine
from captioning.inference.model_paths import (
    check_run_or_export,
    is_one_file,
    is_saved_model,
)
from captioning.inference.number_checks import check_count
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import BadInput


def load(
    path: Path | None = None,
    num_beams: int | None = None,
    *,
    attention: bool = False,
    threads: int | None = None,
    rerank: bool = True,
    trust_model: bool = False,
) -> Engine:
    """Return a captioner, loaded.

    What the path is decides: a .tflite file is run by LiteRT, a SavedModel or a run by
    TensorFlow. The pretrained captioner is a .tflite file here; the run that it was
    made of, `pretrained.RUN`, says the same words, and searches with any number of
    beams.

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
        trust_model: whether an export may do more than compute. It is a program, of
            people whom you trust.

    Raises:
        BadInput: `path` is none of these, cannot search with this number of beams, or
            gives no attention maps.
    """
    check_count("num_beams", num_beams)
    check_count("threads", threads)
    if path is None:
        return _pretrained(num_beams, threads, rerank)
    if is_one_file(path):
        from captioning.inference.litert.engine import LiteRTEngine

        return LiteRTEngine(path, num_beams, threads, rerank=rerank)
    check_run_or_export(path, also=", or a .tflite file")
    if attention and is_saved_model(path):
        raise BadInput(
            f"{path} is an export, which gives captions but no attention maps; "
            "expected a run or a .tflite file. Give --run the run that it was made of."
        )
    import_tensorflow()
    from captioning.inference.tensorflow_engine import RunEngine, SavedModelEngine

    if is_saved_model(path):
        return SavedModelEngine(path, num_beams, rerank=rerank, trust_model=trust_model)
    return RunEngine(path, num_beams, rerank=rerank)


def _pretrained(num_beams, threads, rerank) -> Engine:
    from captioning.inference.litert.engine import LiteRTEngine

    path = pretrained.file()
    try:
        return LiteRTEngine(path, num_beams, threads, rerank=rerank)
    except BadInput:
        if pretrained.is_whole(path):
            raise
    # Altered since it was unpacked: by a full disk, or by somebody.
    path = pretrained.file_anew()
    return LiteRTEngine(path, num_beams, threads, rerank=rerank)
