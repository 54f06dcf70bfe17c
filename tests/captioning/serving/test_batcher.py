"""Batches: which pictures come together, and what a failure costs."""

import asyncio
import contextlib

import pytest

from captioning.serving.batcher import Batcher, Busy, Search
from captioning.serving.metrics import Metrics
from captioning.serving.settings import Settings
from data_prep.errors import BadInput

PLAIN, LOOKING = Search(None, attention=False), Search(None, attention=True)


@pytest.fixture
def batching(engine):
    """Return a function: (async function of a batcher, settings) -> what it returns."""

    def run(use, **settings):
        async def main():
            batcher = Batcher(engine, Settings(**settings), Metrics())
            task = asyncio.create_task(batcher.run())
            try:
                async with asyncio.timeout(20):
                    return await use(batcher)
            finally:
                engine.may_go_on.set()
                task.cancel()
                batcher.close()

        return asyncio.run(main())

    return run


def said(found):
    return [one.result.captions[0].caption for one in found]


def test_pictures_that_wait_are_captioned_together(batching, engine, photo):
    async def use(batcher):
        return await asyncio.gather(
            *(batcher.caption("x", photo(10 + n, 10), PLAIN) for n in range(10))
        )

    found = batching(use, batch_size=4, batch_wait=0.5)
    assert said(found) == [f"{10 + n} by 10" for n in range(10)]
    assert engine.batches == [(4, None), (4, None), (2, None)]


def test_a_picture_alone_waits_no_longer_than_it_may(batching, engine, photo):
    found = batching(
        lambda batcher: batcher.caption("x", photo(9, 9), PLAIN), batch_wait=0.0
    )
    assert said([found]) == ["9 by 9"]


def test_pictures_of_other_searches_come_apart(batching, engine, photo):
    searches = [PLAIN, Search(2, False), PLAIN, LOOKING, Search(2, False)]

    async def use(batcher):
        return await asyncio.gather(
            *(
                batcher.caption("x", photo(10 + n, 10), search)
                for n, search in enumerate(searches)
            )
        )

    found = batching(use, batch_size=8, batch_wait=0.2)
    assert said(found) == [f"{10 + n} by 10" for n in range(5)]
    assert sorted(engine.batches, key=str) == [(1, None), (2, 2), (2, None)]
    assert [one.maps is not None for one in found] == [s.attention for s in searches]


def test_a_failure_costs_its_own_batch(batching, engine, photo):
    async def use(batcher):
        return await asyncio.gather(
            batcher.caption("x", photo(10, 10), PLAIN),
            batcher.caption("x", photo(11, 10), Search(9, False)),
            return_exceptions=True,
        )

    good, bad = batching(use, batch_wait=0.2)
    assert said([good]) == ["10 by 10"] and isinstance(bad, BadInput)


def test_nothing_is_done_for_a_request_that_has_ended(batching, engine, photo):
    async def use(batcher):
        engine.may_go_on.clear()
        first = asyncio.create_task(batcher.caption("x", photo(10, 10), PLAIN))
        await asyncio.sleep(0.1)  # it is with the engine now
        second = asyncio.create_task(batcher.caption("x", photo(11, 10), PLAIN))
        await asyncio.sleep(0.01)
        for task in (first, second):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        engine.may_go_on.set()
        return await batcher.caption("x", photo(12, 10), PLAIN)

    assert said([batching(use, batch_size=1)]) == ["12 by 10"]
    assert engine.batches == [(1, None)] * 2


def test_places_are_counted_and_given_back(batching):
    async def use(batcher):
        with batcher.places(3):
            with pytest.raises(Busy) as caught, batcher.places(2):
                pass
            with batcher.places(1):
                pass
        with batcher.places(4):
            return caught.value.retry_after

    assert batching(use, queue_size=4) >= 1
