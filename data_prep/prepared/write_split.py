"""The examples of a split -> its files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from data_prep.examples import Labelled, Parallel, RawExample, Skipped
from data_prep.prepared.captions import write_captions
from data_prep.prepared.checked_pictures import checked_pictures
from data_prep.prepared.dataset_info import SplitInfo
from data_prep.prepared.records import write_shards
from data_prep.prepared.sentences import write_sentences


def write_pictures(
    examples: Iterable[RawExample],
    directory: Path,
    split: str,
    images_per_shard: int,
    skipped: Skipped,
) -> tuple[SplitInfo, list[str]]:
    """Check the pictures of a split, write the sound ones, and their captions.

    Examples are taken one by one; captions stay in memory, pictures do not. Pictures
    that cannot be used go to `skipped`.

    Returns:
        What was written, and all captions.

    Raises:
        BadInput: the disk is full.
    """
    written: list[RawExample] = []

    def noting() -> Iterator[RawExample]:
        for example in checked_pictures(examples, split, skipped):
            written.append(example._replace(image=b""))
            yield example

    shards = write_shards(noting(), directory, split, images_per_shard)
    info = SplitInfo.of(shards, write_captions(written, directory, split))
    return info, [text for example in written for text in example.captions]


def write_texts(
    examples: Iterable[Labelled] | Iterable[Parallel], directory: Path, split: str
) -> tuple[SplitInfo, list[str]]:
    """Write the sentences of a split; result and errors as of `write_pictures`.

    What a model translated or judged is not among the texts, so that what people wrote
    always has the same subwords.
    """
    examples = list(examples)
    info = SplitInfo.of([write_sentences(examples, directory, split)])
    texts: list[str] = []
    for one in examples:
        if isinstance(one, Labelled):
            if type(one.label) is int:
                texts.append(one.text)
        elif not one.original:
            texts += one.texts.values()
    return info, texts
