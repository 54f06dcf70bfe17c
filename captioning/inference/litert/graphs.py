"""Graphs of a .tflite file, run by LiteRT: one input by all threads, or several inputs
at once, each by an interpreter of its own.

The search for one picture's captions is not twice as fast with two threads, for each
step waits for the one before: 46 ms instead of 72. Two pictures at once, of one thread
each, are done sooner than one after the other.
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

MOST_AT_ONCE = 4  # each has weights of its own: 90 MB of the captioner that ships

Run = Callable[..., dict[str, np.ndarray]]  # as `Graphs.run`
Item = TypeVar("Item")
Result = TypeVar("Result")


class Graphs:
    """Graphs of a .tflite file, ready to be run. Threads can share them.

    Args:
        file: that has them.
        signatures: of these graphs; all of the file if not given, which takes memory
            for each.
        threads: processors to use; all of them if not given.
        at_once: interpreters for several inputs, at most.

    Raises:
        BadInput: the file does not have them, or is damaged.
    """

    def __init__(
        self,
        file: ModelFile,
        signatures: Sequence[str] | None = None,
        threads: int | None = None,
        at_once: int = MOST_AT_ONCE,
    ):
        self._file = file
        self._content = file.only(signatures) if signatures else file.content
        self._threads = threads or os.cpu_count() or 1
        self._by_all = _Interpreter(file, self._content, self._threads)
        self._at_once = min(self._threads, at_once)
        self._lock = threading.Lock()
        self._idle: queue.SimpleQueue[_Interpreter] | None = None

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
            items: in any number.

        Raises:
            BadInput: the file is damaged.
        """
        # A last batch of one goes to an interpreter that has its memory already.
        alone = len(items) < 2 and (self._by_all.is_warm or self._idle is None)
        if alone or self._at_once < 2:
            return [function(self.run, item) for item in items]
        idle = self._interpreters()

        def made(item: Item) -> Result:
            interpreter = idle.get()
            try:
                return function(interpreter.run, item)
            finally:
                idle.put(interpreter)

        with ThreadPoolExecutor(self._at_once) as pool:
            return list(pool.map(made, items))

    def _interpreters(self) -> "queue.SimpleQueue[_Interpreter]":
        """Return those for several inputs, of which the idle ones are in the queue."""
        with self._lock:
            if self._idle is None:
                threads, more = divmod(self._threads, self._at_once)
                idle: queue.SimpleQueue[_Interpreter] = queue.SimpleQueue()
                for number in range(self._at_once):
                    own = threads + (number < more)  # of 6 threads 2, 2, 1 and 1
                    idle.put(_Interpreter(self._file, self._content, own))
                self._idle = idle
            return self._idle


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

    def run(self, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        try:
            with self._lock:
                # The first time it says which kernels it takes.
                with nullcontext() if self.is_warm else silence():
                    found = self._interpreter.get_signature_runner(signature)(**inputs)
                self.is_warm = True
        except DAMAGED as error:
            raise self._file.damaged("fails when it is run", error) from error
        return found
