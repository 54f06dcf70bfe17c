"""The processes that decode: several at once, and killed."""

import asyncio
import os
import signal

import pytest

from captioning.serving.decoders import Decoders
from data_prep.errors import BadInput


@pytest.fixture
def decoders():
    made = Decoders(2, seconds=20)
    yield made
    made.close()


def read(decoders, *files):
    async def main():
        return await asyncio.gather(*(decoders.read(f, "x.jpg") for f in files))

    return asyncio.run(main())


def test_good_and_bad_files_at_once(decoders, photo):
    good = photo(40, 30)
    first, bad, last = read(decoders, good, b"no picture", good)
    assert first == last == good
    assert isinstance(bad, BadInput) and "x.jpg" in str(bad)


def test_a_process_that_is_killed_is_replaced(decoders, photo, decoding):
    good = photo(40, 30)
    before = decoding(os.getpid())
    read(decoders, *[good] * 8)
    killed = decoding(os.getpid()) - before
    assert 1 <= len(killed) <= 2
    for child in killed:
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert read(decoders, *[good] * 8) == [good] * 8
    decoders.close()
    assert decoding(os.getpid()) <= before
