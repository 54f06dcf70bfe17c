"""A .tflite file, opened: what it says of itself, and its graphs, ready to be run.

Neither TensorFlow nor Keras is imported: a command that uses this answers in the time
that they take to be found.
"""

import os
import threading
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from captioning.inference.litert.metadata import facts_of, metadata_of
from data_prep.atomic import read_whole
from data_prep.cli.import_tensorflow import silence
from data_prep.errors import DAMAGED, BadInput, printable


class ModelFile:
    """A .tflite file, loaded. Threads can share it; one runs at a time.

    Args:
        path: made by `captioning.export --format litert`.
        task: that it must have learned.
        threads: of the interpreter; as many as there are processors if not given.

    Attributes:
        facts: what it says of itself, see `litert.metadata`.
        buffers: named ones beside the network.

    Raises:
        BadInput: there is no such file, or it is another thing.
    """

    def __init__(self, path: Path, task: str, threads: int | None = None):
        self.path = path
        self._lock = threading.Lock()
        self._is_warm = False
        try:
            model = read_whole(path, 2**31)  # the most that a flatbuffer has
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected a .tflite file: "
                "check the path."
            ) from error
        self.facts = facts_of(model, path, task)
        self.buffers = metadata_of(model)
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(
                model_content=model, num_threads=threads or os.cpu_count()
            )
        except DAMAGED as error:
            raise self.damaged("cannot be loaded", error) from error

    def run(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Return what a graph makes of its inputs, by name.

        Raises:
            BadInput: the file is damaged.
        """
        try:
            with self._lock:  # an interpreter has one set of buffers
                # The first time it says which kernels it takes.
                with nullcontext() if self._is_warm else silence():
                    found = self._interpreter.get_signature_runner(signature)(**inputs)
                self._is_warm = True
        except DAMAGED as error:
            raise self.damaged("fails when it is run", error) from error
        return found

    def damaged(self, how: str, error: Exception) -> BadInput:
        return BadInput(
            f"{self.path} {how} ({printable(error, 200)}); expected a whole .tflite "
            "file. Export the run again."
        )
