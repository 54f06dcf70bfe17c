"""Pictures that nobody vouches for -> records of those that are sound, in order."""

import contextlib
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from data_prep.errors import printable
from data_prep.examples import RawExample, Skipped
from data_prep.pictures.reader import BadPicture, PictureReader

if TYPE_CHECKING:  # TensorFlow takes seconds to import; --help must not wait for it
    from data_prep.prepared.records import Record

READERS = 2  # processes that decode pictures
LOOK_AHEAD = 16  # pictures waiting for each of them: bounds the memory


def checked_records(
    examples: Iterable[RawExample], split: str, skipped: Skipped
) -> "Iterator[Record]":
    """Check the pictures of a split and keep those that are sound, in their order.

    Args:
        examples: taken a few ahead of what is asked for.
        split: for the progress bar.
        skipped: gets the pictures that cannot be used.
    """
    from tqdm import tqdm

    from data_prep.prepared.records import Record

    with contextlib.closing(_read_ahead(iter(examples))) as read:
        for example, image in tqdm(read, desc=split, unit=" pictures"):
            if isinstance(image, BadPicture):
                # The message names the file in full; the name in the data set will do.
                why = str(image).removeprefix(printable(example.image)).strip()
                skipped.add("picture that cannot be used", f"{example.image_id} {why}")
            else:
                yield Record(example.image_id, image, example.captions, example.scene)


def _read_ahead(
    examples: Iterator[RawExample],
) -> Iterator[tuple[RawExample, bytes | BadPicture]]:
    """Yield examples with their pictures, several of which are read at a time."""
    with contextlib.ExitStack() as stack:
        readers: queue.SimpleQueue[PictureReader] = queue.SimpleQueue()
        for _ in range(READERS):
            readers.put(stack.enter_context(PictureReader()))
        pool = stack.enter_context(ThreadPoolExecutor(READERS))
        stack.callback(pool.shutdown, cancel_futures=True)  # else the pool reads on

        def read(image: Path | bytes) -> bytes | BadPicture:
            if isinstance(image, bytes):
                return image
            reader = readers.get()
            try:
                return reader.read(image)
            except BadPicture as error:
                return error
            finally:
                readers.put(reader)

        waiting: deque[tuple[RawExample, Future]] = deque()
        for example in examples:
            waiting.append((example, pool.submit(read, example.image)))
            if len(waiting) > READERS * LOOK_AHEAD:
                example, image = waiting.popleft()
                yield example, image.result()
        for example, image in waiting:
            yield example, image.result()
