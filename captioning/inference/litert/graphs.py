"""Graphs of a .tflite file, run by LiteRT: one input by all threads, or several inputs
at once by an interpreter each.

A loop over words has little to share among processors: of one picture's twenty beams
two threads take three fifths of the time of one. So two pictures at once, of one thread
each, are done a quarter sooner than one after the other.
"""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TypeVar

import numpy as np

from captioning.inference.litert.model_file import ModelFile
from data_prep.cli.import_tensorflow import silence
from data_prep.errors import DAMAGED

MOST_AT_ONCE = 4  # each has weights of its own: 60 MB of the captioner that ships

Run = Callable[..., dict[str, np.ndarray]]  # as `Graphs.run`
Item = TypeVar("Item")
Result = TypeVar("Result")


class Graphs:
    """Some graphs of a .tflite file, ready to be run. Threads can share them.

    Args:
        file: that has them.
        signatures: of these graphs.
        threads: processors to use; all of them if not given.

    Raises:
        BadInput: the file does not have them, or is damaged.
    """

    def __init__(
        self, file: ModelFile, signatures: Sequence[str], threads: int | None = None
    ):
        self._file = file
        self._content = file.only(signatures)
        self._threads = threads or os.cpu_count() or 1
        self._by_all = _Interpreter(file, self._content, self._threads)
        self._each_its_own = min(self._threads, MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._are_made = False
        self._idle: queue.SimpleQueue[_Interpreter] = queue.SimpleQueue()

    def run(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Return what a graph makes of its inputs, by name.

        Raises:
            BadInput: the file is damaged.
        """
        return self._by_all.run(signature, **inputs)

    def map(
        self, function: Callable[[Run, Item], Result], items: Sequence[Item]
    ) -> list[Result]:
        """Return what a function makes of each item, several of them at once.

        Args:
            function: ``(run, item)``; it runs graphs by `run`, which is as the method.
            items: one is computed by all threads.

        Raises:
            BadInput: the file is damaged.
        """
        # After several, a single one does not need a further interpreter.
        alone = len(items) < 2 and (self._by_all.is_warm or not self._are_made)
        if alone or self._each_its_own < 2:
            return [function(self.run, item) for item in items]
        self._make_interpreters()

        def made(item: Item) -> Result:
            interpreter = self._idle.get()
            try:
                return function(interpreter.run, item)
            finally:
                self._idle.put(interpreter)

        with ThreadPoolExecutor(self._each_its_own) as pool:
            return list(pool.map(made, items))

    def _make_interpreters(self) -> None:
        with self._lock:
            if not self._are_made:
                threads = self._threads // self._each_its_own
                for _ in range(self._each_its_own):
                    interpreter = _Interpreter(self._file, self._content, threads)
                    interpreter.warm_up()
                    self._idle.put(interpreter)
                self._are_made = True


class _Interpreter:
    """One interpreter of LiteRT, which has one set of buffers: one thread runs it at a
    time."""

    def __init__(self, file: ModelFile, content: bytes, threads: int):
        from ai_edge_litert.interpreter import Interpreter

        self._file = file
        self._lock = threading.Lock()
        self.is_warm = False
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
        except DAMAGED as error:
            raise file.damaged("cannot be loaded", error) from error

    def warm_up(self) -> None:
        """Make it ready. It says then which kernels it takes, which is kept from
        stderr; threads may not do this at the same time."""
        with silence():
            self._interpreter.allocate_tensors()
        self.is_warm = True

    def run(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        try:
            with self._lock:
                with nullcontext() if self.is_warm else silence():
                    found = self._interpreter.get_signature_runner(signature)(**inputs)
                self.is_warm = True
        except DAMAGED as error:
            raise self._file.damaged("fails when it is run", error) from error
        return found
