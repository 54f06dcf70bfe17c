"""The harbour: drawn scenes with five sentences each; needs no source at all.

Options: ``count`` training scenes (dev and test get a tenth of it, at least 100 each),
``seed``, and ``processes``, which changes the speed and nothing else. The pictures are
JPEG, the scene of each is JSON in ``RawExample.scene``.
"""

import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import RawExample, Skipped
from data_prep.harbour.render import encode, render
from data_prep.harbour.scene import SPLITS, sample_scene
from data_prep.harbour.sentences import say

KIND = "captions"
NEEDS_SOURCE = False

IMAGE_SIZE = 128  # pixels: what the small encoder sees, and all that is said is visible
COUNT = 8_000  # training scenes: about 15 s to draw on two cores
CHUNK = 100  # scenes a task: 0.2 s of work, 0.7 MB to send back
POOL_FROM = 2_000  # training scenes; below, starting processes costs more than it saves
LOOK_AHEAD = 4  # tasks waiting for each process: bounds the memory

# Where a chunk of scenes lies: split, first index, index after the last, seed.
_Chunk = tuple[str, int, int, int]


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    seed: int = 0,
    processes: int | None = None,
) -> Iterator[RawExample]:
    """Draw the scenes of train, dev and test, in this order.

    Args:
        source: not used; the harbour is invented.
        skipped: stays empty; nothing can fail.
        count: number of training scenes.
        seed: another seed, other scenes; the held-out combinations stay the same.
        processes: how many draw; by default all cores, or one for a small ``count``.

    Raises:
        BadInput: ``count`` or ``processes`` is less than one.
    """
    for name, number in (("count", count), ("processes", processes)):
        if number is not None and number < 1:
            raise BadInput(
                f"The harbour got {name}={number}; expected at least 1: "
                f"give a larger {name}."
            )
    if processes is None:
        processes = _cores() if count >= POOL_FROM else 1
    return _draw(count, seed, processes)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _draw(count: int, seed: int, processes: int) -> Iterator[RawExample]:
    chunks = _chunks(count, seed)
    if processes == 1:
        for chunk in chunks:
            yield from _examples(chunk)
        return
    # "spawn", because a forked TensorFlow hangs; these modules import none of it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context)
    try:
        ahead = itertools.islice(chunks, processes * LOOK_AHEAD)
        waiting = deque(pool.submit(_examples, chunk) for chunk in ahead)
        while waiting:
            examples = waiting.popleft().result()
            for chunk in itertools.islice(chunks, 1):
                waiting.append(pool.submit(_examples, chunk))
            yield from examples
    finally:  # also when the reader stops half-way
        pool.shutdown(wait=True, cancel_futures=True)


def _chunks(count: int, seed: int) -> Iterator[_Chunk]:
    small = max(100, count // 10)
    for split, total in zip(SPLITS, (count, small, small), strict=True):
        for first in range(0, total, CHUNK):
            yield split, first, min(first + CHUNK, total), seed


def _examples(chunk: _Chunk) -> list[RawExample]:
    split, first, end, seed = chunk
    examples = []
    for index in range(first, end):
        scene = sample_scene(split, index, seed)
        image, _ = render(scene, IMAGE_SIZE)
        examples.append(
            RawExample(
                image_id=f"{split}-{index:06d}.jpg",
                split=split,
                captions=say(scene),
                image=encode(image),
                scene=scene.to_json(),
            )
        )
    return examples
