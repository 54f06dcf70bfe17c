"""The harbour: drawn scenes with five captions each; no source.

Options: ``count`` training scenes (dev and test get a tenth of it, at least 100 each),
``seed``, and ``processes``, which changes only the speed: one a core, or one for a
small ``count``. The pictures are JPEG; the scene of each is JSON in
``RawExample.scene``.
"""

import itertools
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from data_prep.cli.process_pool import process_pool
from data_prep.examples import RawExample, Skipped
from data_prep.harbour.captions import captions_of
from data_prep.harbour.render import encode, render
from data_prep.harbour.sampling import check_at_least, split_sizes
from data_prep.harbour.scene import sample_scene

KIND = "captions"
NEEDS_SOURCE = False

IMAGE_SIZE = 128  # the small encoder's input; all that captions state is visible
COUNT = 8_000  # training scenes: drawn in about 15 s on two cores
CHUNK = 100  # scenes a job of a process: 0.2 s of work, 0.7 MB to send back
POOL_FROM = 2_000  # scenes; with fewer, starting processes takes longer than it saves
LOOK_AHEAD = 4  # jobs waiting for each process: bounds the memory

# A chunk of scenes: split, first index, index after the last, seed.
_Chunk = tuple[str, int, int, int]


def read(
    source: Path | None,
    skipped: Skipped,
    *,
    count: int = COUNT,
    seed: int = 0,
    processes: int | None = None,
) -> Iterator[RawExample]:
    """Yield the scenes; the held-out combinations do not depend on the seed."""
    check_at_least("the harbour", 1, count=count)
    if processes is None:
        processes = _cores() if count >= POOL_FROM else 1
    check_at_least("the harbour", 1, processes=processes)
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
    with process_pool(processes) as pool:
        ahead = itertools.islice(chunks, processes * LOOK_AHEAD)
        waiting = deque(pool.submit(_examples, chunk) for chunk in ahead)
        while waiting:
            examples = waiting.popleft().result()
            for chunk in itertools.islice(chunks, 1):
                waiting.append(pool.submit(_examples, chunk))
            yield from examples


def _chunks(count: int, seed: int) -> Iterator[_Chunk]:
    for split, total in split_sizes(count).items():
        for first in range(0, total, CHUNK):
            yield split, first, min(first + CHUNK, total), seed


def _examples(chunk: _Chunk) -> list[RawExample]:
    split, first, end, seed = chunk
    return [_example(split, index, seed) for index in range(first, end)]


def _example(split: str, index: int, seed: int) -> RawExample:
    scene = sample_scene(split, index, seed)
    picture = encode(render(scene, IMAGE_SIZE)[0])
    name = f"{split}-{index:06d}.jpg"
    return RawExample(name, split, captions_of(scene), picture, scene.to_json())
