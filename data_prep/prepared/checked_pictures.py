"""Examples whose pictures may be damaged -> those with sound ones, in order."""

import contextlib
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from data_prep.console import progress
from data_prep.errors import printable
from data_prep.examples import EmbeddedPicture, RawExample, Skipped
from data_prep.pictures.reader import BadPicture, PictureReader

READERS = 2  # processes that decode pictures
LOOK_AHEAD = 16  # pictures waiting for each of them: bounds the memory


def checked_pictures(
    examples: Iterable[RawExample], split: str, skipped: Skipped
) -> Iterator[RawExample]:
    """Yield the examples whose pictures are sound, in order, the pictures as bytes.

    Examples are taken a few ahead of what is asked for; those whose pictures cannot be
    used go to `skipped`.
    """
    with contextlib.closing(_read_ahead(iter(examples))) as read:
        for example, image in progress(read, label=split, unit="pictures"):
            if isinstance(image, BadPicture):
                # The message names the file in full; the name in the data set will do.
                named = isinstance(example.image, Path) and printable(example.image)
                why = str(image).removeprefix(named or "").strip()
                skipped.add("picture that cannot be used", f"{example.image_id} {why}")
            else:
                yield example._replace(image=image)


def _read_ahead(
    examples: Iterator[RawExample],
) -> Iterator[tuple[RawExample, bytes | BadPicture]]:
    """Yield examples and their pictures, or what is wrong with them; reads ahead."""
    with contextlib.ExitStack() as stack:
        readers: queue.SimpleQueue[PictureReader] = queue.SimpleQueue()
        for _ in range(READERS):
            readers.put(stack.enter_context(PictureReader()))
        pool = stack.enter_context(ThreadPoolExecutor(READERS))
        stack.callback(pool.shutdown, cancel_futures=True)  # it would read on

        def read(image: Path | EmbeddedPicture | bytes) -> bytes | BadPicture:
            if isinstance(image, bytes):
                return image
            reader = readers.get()
            try:
                if isinstance(image, EmbeddedPicture):
                    return reader.read_bytes(image.content, "")
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
