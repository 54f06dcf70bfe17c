"""Pictures of many requests -> batches for one engine."""

import asyncio
import contextlib
import itertools
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from captioning.inference.engine import Engine
from captioning.inference.picture_batches import caption_batch
from captioning.inference.results import AttentionMaps, PictureResult
from captioning.serving.metrics import Metrics
from captioning.serving.settings import Settings


class Busy(Exception):
    """There is no place in the queue.

    Attributes:
        retry_after: seconds after which there may be one.
    """

    def __init__(self, retry_after: int):
        self.retry_after = retry_after


class Search(NamedTuple):
    """How a picture is captioned: what pictures of one batch have in common.

    Attributes:
        num_beams: captions a picture; None takes the engine's own number.
        attention: whether to say where the engine looked.
    """

    num_beams: int | None
    attention: bool


class Captioned(NamedTuple):
    """What became of a picture, and where the engine looked, if that was asked for."""

    result: PictureResult
    maps: AttentionMaps | None


class _Job(NamedTuple):
    name: Path
    picture: bytes
    search: Search
    answer: asyncio.Future


class Batcher:
    """Captions pictures that come one by one, a batch at a time.

    A request takes places in the queue first; a place is kept until the picture is
    answered, so there are never more pictures in work than places.

    Args:
        engine: captions encoded pictures; one thread calls it.
        settings: the size of batches and of the queue.
        metrics: count what was done.
    """

    def __init__(self, engine: Engine, settings: Settings, metrics: Metrics):
        self._engine, self._settings, self._metrics = engine, settings, metrics
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, "engine")
        self._seconds = 0.1  # that a picture takes, by the last ones
        self._taken = 0

    @contextlib.contextmanager
    def places(self, count: int) -> Iterator[None]:
        """Keep places in the queue while the block runs.

        Raises:
            Busy: there are not so many.
        """
        if self._taken + count > self._settings.queue_size:
            raise Busy(max(1, math.ceil(self._taken * self._seconds)))
        self._taken += count
        self._metrics.queue.set(self._taken)
        try:
            yield
        finally:
            self._taken -= count
            self._metrics.queue.set(self._taken)

    async def caption(self, name: str, picture: bytes, search: Search) -> Captioned:
        """Return what becomes of a picture.

        Args:
            name: what it is called in messages.
            picture: JPEG or PNG, as `Decoders.read` returns it.
            search: how it is captioned.

        Raises:
            BadInput: the engine cannot search so.
        """
        answer = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait(_Job(Path(name), picture, search, answer))
        return await answer

    async def run(self) -> None:
        """Caption batches, until the task that runs this is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            batch = await self._next_batch()
            by_search = sorted(batch, key=lambda job: _order(job.search))
            for search, group in itertools.groupby(by_search, lambda job: job.search):
                jobs = [job for job in group if not job.answer.done()]  # nor cancelled
                if not jobs:
                    continue
                try:
                    found = await loop.run_in_executor(
                        self._thread, self._captioned, jobs, search
                    )
                except Exception as error:  # of these pictures; the service goes on
                    found = [error] * len(jobs)
                for job, answer in zip(jobs, found, strict=True):
                    _answer(job.answer, answer)

    async def _next_batch(self) -> list[_Job]:
        batch = [await self._jobs.get()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.batch_wait):
                while len(batch) < self._settings.batch_size:
                    batch.append(await self._jobs.get())
        return batch

    def _captioned(self, jobs: list[_Job], search: Search) -> list[Captioned]:
        began = time.perf_counter()
        if search.attention:
            found = [self._looked(job, search.num_beams) for job in jobs]
        else:
            results = caption_batch(
                [(job.name, job.picture) for job in jobs],
                lambda pictures: self._engine.caption(pictures, search.num_beams),
            )
            found = [Captioned(result, None) for result in results]
        seconds = time.perf_counter() - began
        self._seconds += 0.1 * (seconds / len(jobs) - self._seconds)
        self._metrics.engine.observe(seconds)
        self._metrics.batches.observe(len(jobs))
        return found

    def _looked(self, job: _Job, num_beams: int | None) -> Captioned:
        maps = []

        def look(pictures):
            (picture,) = pictures
            captions, found = self._engine.caption_with_attention(picture, num_beams)
            maps.append(found)
            return [captions]

        (result,) = caption_batch([(job.name, job.picture)], look)
        return Captioned(result, maps[0] if maps else None)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)


def _order(search: Search) -> tuple[int, bool]:
    return (search.num_beams or 0, search.attention)


def _answer(future: asyncio.Future, answer: Captioned | Exception) -> None:
    if future.done():  # the request has ended
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
