"""Files of pictures -> captions and tags, batch by batch; bad files get an error."""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

from captioning.inference.results import (
    Caption,
    PictureResult,
    Tag,
    leave_out_unsure,
)
from data_prep.console import progress, say
from data_prep.errors import BadInput, printable
from data_prep.pictures.folders import find_pictures
from data_prep.pictures.places import Place
from data_prep.pictures.reader import BadPicture, PictureReader, content_of

BATCH_SIZE = 16  # the encoder is no faster with more, and the first lines come sooner
BATCH_BYTES = 2**26  # of encoded pictures; one that is larger comes alone
FETCHES = 8  # objects of a store that are fetched at once

# Of each picture: its place, and the picture, encoded, or why there is none.
Batch = list[tuple[Place, bytes | BadInput]]
# Encoded pictures -> captions of each, and tags of each if they are wanted.
Says = tuple[
    Callable[[list[bytes]], list[list[Caption]]],
    Callable[[list[bytes]], list[list[Tag]]] | None,
]


def pictures_in(paths: Sequence[Place]) -> list[Place]:
    """Return files, with folders replaced by the pictures in them, and say on stderr
    how many other files were passed over.

    Raises:
        BadInput: there is no picture, or a folder cannot be listed.
    """
    others: list[Place] = []
    found = list(find_pictures(paths, others))
    if others:
        say(f"{len(others)} other file{'s' * (len(others) > 1)} passed over")
    if not found:
        raise BadInput(
            f"There is no file in {', '.join(map(str, paths))} that may be a picture; "
            "expected pictures. Name a picture or a folder that holds some."
        )
    return found


@contextmanager
def captioning(
    paths: Sequence[Place], loaded: Callable[[], Says], least: float | None = None
) -> Iterator[Iterator[PictureResult]]:
    """Start to caption picture files, and give what becomes of each, in order. Show on
    stderr how far it is, and in the end how many captions were left out.

    Args:
        paths: of pictures.
        loaded: what captions and what tags them, as `caption_batch` takes them; it is
            called while the first pictures are read.
        least: captions of a lower confidence are left out.
    """
    with reading(paths) as batches, _progress(len(paths)) as bar:
        says = loaded()

        def results():
            num_left_out = 0
            for batch in batches:
                for result in caption_batch(batch, *says):
                    result = leave_out_unsure(result, least)
                    num_left_out += result.left_out is not None
                    yield result
                if bar is not None:
                    bar.update(len(batch))
            if num_left_out:
                say(f"left out for a confidence below {least}: {num_left_out}")

        yield results()


def _progress(pictures: int):
    """Return the progress of several pictures; None, in a context, of one."""
    if pictures < 2:
        return nullcontext()
    return progress(total=pictures, label="captions", unit="pictures")


@contextmanager
def reading(paths: Iterable[Place]) -> Iterator[Iterator[Batch]]:
    """Start to read picture files, and give the batches of pictures to caption at once.

    One batch is read ahead: the next pictures are decoded while a model is loaded, or
    captions these.

    Args:
        paths: files, which need not be pictures: another process decodes them.
    """
    stop = threading.Event()
    wanted = itertools.takewhile(lambda _: not stop.is_set(), paths)
    with PictureReader() as reader, ThreadPoolExecutor(1) as thread:
        batches = _batches(wanted, reader)
        ahead = [thread.submit(next, batches, None)]

        def in_order():
            while batch := ahead.pop().result():
                ahead.append(thread.submit(next, batches, None))
                yield batch

        try:
            yield in_order()
        finally:
            stop.set()  # the thread ends after the picture that it is at


def _batches(paths: Iterable[Place], reader: PictureReader) -> Iterator[Batch]:
    """Yield pictures that are captioned at once: a few, and not too many bytes."""
    batch: Batch = []
    num_bytes = 0
    for path, content in _contents(paths):
        picture: bytes | BadInput
        try:
            picture = reader.read_bytes(content.result(), printable(path))
        except BadPicture as error:
            picture = error
        else:
            if batch and num_bytes + len(picture) > BATCH_BYTES:
                yield batch
                batch, num_bytes = [], 0
            num_bytes += len(picture)
        batch.append((path, picture))
        if len(batch) == BATCH_SIZE:
            yield batch
            batch, num_bytes = [], 0
    if batch:
        yield batch


def _contents(paths: Iterable[Place]) -> Iterator[tuple[Place, Future[bytes]]]:
    """Yield places with what lies there, still encoded as it is; objects of a store
    are fetched some ahead."""
    waiting: deque[tuple[Place, Future[bytes]]] = deque()
    with ThreadPoolExecutor(FETCHES) as pool:
        for path in paths:
            waiting.append((path, pool.submit(content_of, path)))
            if len(waiting) > (FETCHES if isinstance(path, str) else 0):
                yield waiting.popleft()
        yield from waiting


def caption_batch(
    batch: Batch,
    caption: Callable[[list[bytes]], list[list[Caption]]],
    tag: Callable[[list[bytes]], list[list[Tag]]] | None = None,
) -> list[PictureResult]:
    """Return what became of each picture, in order.

    Args:
        batch: from `reading`.
        caption: encoded pictures -> captions of each; raises `BadPicture` if it cannot
            decode one.
        tag: the same for tags; none are found if not given.
    """
    pictures = [picture for _, picture in batch if isinstance(picture, bytes)]
    try:
        captions = iter(caption(pictures) if pictures else [])
        tags = iter(tag(pictures) if pictures and tag else [])
    except BadPicture as error:
        if len(batch) > 1:  # one that only Pillow reads; the others need not suffer
            return [caption_batch([one], caption, tag)[0] for one in batch]
        ((path, _),) = batch
        return [PictureResult(path, [], f"{path} {error}")]
    return [
        PictureResult(path, [], str(picture))
        if isinstance(picture, BadInput)
        else PictureResult(path, next(captions), tags=next(tags, None))
        for path, picture in batch
    ]
