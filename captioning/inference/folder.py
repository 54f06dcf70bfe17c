"""Files of pictures -> what is said of each, some at a time, and on past bad ones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from captioning.inference.results import Caption, Tag
from data_prep.errors import BadInput
from data_prep.pictures.reader import BadPicture, PictureReader

BATCH_SIZE = 16  # the encoder is no faster with more, and the first lines come sooner
BATCH_BYTES = 2**26  # of encoded pictures; one that is larger comes alone

Captioner = Callable[[list[bytes]], list[list[Caption]]]
Tagger = Callable[[list[bytes]], list[list[Tag]]]


class Captioned(NamedTuple):
    """A picture and what became of it: its captions and, if they were asked for, its
    tags, best first; or an error."""

    path: Path
    captions: list
    error: str = ""
    tags: list | None = None


def caption_pictures(
    paths: list[Path], caption: Captioner, tag: Tagger | None = None
) -> Iterator[Captioned]:
    """Yield what became of each picture, in order, going on past bad ones.

    Args:
        paths: files; nothing is believed of their names or contents.
        caption: encoded pictures -> captions of each; raises `BadPicture` if it cannot
            decode one.
        tag: the same for tags; none are found if not given.
    """
    from tqdm import tqdm

    with (
        PictureReader() as reader,
        tqdm(total=len(paths), unit=" pictures", disable=len(paths) < 2) as progress,
    ):
        for batch in _batches(paths, reader):
            yield from _caption_batch(batch, caption, tag)
            progress.update(len(batch))


def _batches(
    paths: list[Path], reader: PictureReader
) -> Iterator[list[tuple[Path, bytes | BadInput]]]:
    """Yield pictures that are captioned at once: a few, and not too many bytes."""
    batch, num_bytes = [], 0
    for path in paths:
        try:
            picture = reader.read(path)
        except BadInput as error:
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


def _caption_batch(batch, caption, tag) -> list[Captioned]:
    found: list[Captioned] = []
    pictures = [picture for _, picture in batch if isinstance(picture, bytes)]
    try:
        captions = iter(caption(pictures) if pictures else [])
        tags = iter(tag(pictures) if pictures and tag else [])
    except BadPicture as error:
        if len(batch) > 1:  # one that only Pillow reads; the others need not suffer
            return [_caption_batch([one], caption, tag)[0] for one in batch]
        ((path, _),) = batch
        return [Captioned(path, [], f"{path} {error}")]
    for path, picture in batch:
        if isinstance(picture, BadInput):
            found.append(Captioned(path, [], str(picture)))
        else:
            found.append(Captioned(path, next(captions), tags=next(tags, None)))
    return found
