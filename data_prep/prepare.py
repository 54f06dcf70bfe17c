"""python -m data_prep.prepare: a raw data set -> shards, vocabulary, dataset.json."""

import argparse
import contextlib
import inspect
import itertools
import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_prep.datasets import SPLITS, RawExample, Skipped, load, names
from data_prep.errors import BadInput, exit_on_bad_input, printable
from data_prep.pictures import BadPicture, PictureReader
from data_prep.quiet import import_tensorflow
from data_prep.replacement import replacing

if TYPE_CHECKING:  # TensorFlow takes seconds to import; --help must not wait for it
    from data_prep.dataset_info import DatasetInfo
    from data_prep.records import Record

IMAGES_PER_SHARD = 1000  # some 150 MB of ordinary photos
MANY_CAPTIONS = 5000  # in train: from here a word has enough examples to be choosy
MIN_COUNT = 5  # the usual threshold since Karpathy & Fei-Fei 2015 (arXiv:1412.2306)
READERS = 2  # processes that decode pictures
LOOK_AHEAD = 16  # pictures waiting for each of them: bounds the memory

EXAMPLE = """examples:
  python -m data_prep.prepare harbour --out data/harbour --count 6000
  python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
  python -m data_prep.prepare folder --source MY_PICTURES --out data/mine

What a data set expects in its folder stands at the top of data_prep/datasets/NAME.py.
"""


def prepare(
    name: str,
    source: Path | None,
    out: Path,
    *,
    min_count: int | None = None,
    images_per_shard: int = IMAGES_PER_SHARD,
    **options: Any,
) -> "DatasetInfo":
    """Make a prepared data set; `out` appears, or is replaced, once it is complete.

    Args:
        name: of a module in `data_prep.datasets`.
        source: the raw data set; None if it needs none.
        out: a new or empty folder, or a data set made by us before. Of the latter all
            that is not ours (its `features/` above all) moves into the new one.
        min_count: how often a word must occur in the training captions; None decides
            by their number, see `default_min_count`.
        images_per_shard: pictures a file.
        options: the data set's own, as keywords of its `read`.

    Raises:
        BadInput: of source, out and options, whatever cannot be used.
    """
    _check_positive(min_count=min_count, images_per_shard=images_per_shard)
    skipped = Skipped()
    examples = _open(name, source, skipped, options)
    with replacing(Path(out)) as partial:
        from data_prep.dataset_info import SplitInfo
        from data_prep.records import write_shards

        splits, captions = {}, []
        for split, members in itertools.groupby(examples, lambda e: e.split):
            if split in splits or split not in SPLITS:
                raise RuntimeError(f"{name} yields {split!r} twice or out of place")
            records = _records(members, split, skipped)
            if split == "train":
                records = _noting_captions(records, captions)
            shards = write_shards(records, partial, split, images_per_shard)
            splits[split] = SplitInfo.of(shards)
        _check_splits(name, splits, skipped)
        info = _describe(partial, name, source, splits, captions, min_count, skipped)
        info.save(partial)
    return info


def default_min_count(num_captions: int) -> tuple[int, str]:
    """Return the threshold for so many training captions, and why."""
    if num_captions > MANY_CAPTIONS:
        return MIN_COUNT, f"over {MANY_CAPTIONS:,} captions; rarer ones are not learnt"
    return 1, f"{MANY_CAPTIONS:,} captions or fewer; all words are needed"


def _check_positive(**numbers):
    for option, number in numbers.items():
        if number is not None and number < 1:
            raise BadInput(
                f"{option} is {number}; expected at least 1: give a larger one."
            )


def _open(name, source, skipped, options) -> Iterator[RawExample]:
    """Check what the user asked of a data set, and start reading it."""
    dataset = load(name)
    if dataset.NEEDS_SOURCE and source is None:
        raise BadInput(
            f"the data set {name} got no source; expected a folder: give --source DIR."
        )
    if not dataset.NEEDS_SOURCE and source is not None:
        raise BadInput(
            f"the data set {name} is read from no folder: leave --source out."
        )
    if source is not None and not os.access(Path(source, "."), os.R_OK):
        raise BadInput(
            f"{source} is not a folder that can be read; expected one: check --source."
        )
    known = list(inspect.signature(dataset.read).parameters)[2:]
    for option in options:
        if option not in known:
            raise BadInput(
                f"the data set {name} knows no option {option!r}; expected "
                f"{' or '.join(known) or 'none'}: leave it out."
            )
    return dataset.read(None if source is None else Path(source), skipped, **options)


def _records(
    examples: Iterable[RawExample], split: str, skipped: Skipped
) -> "Iterator[Record]":
    """Check the pictures of a split and keep those that are sound, in their order."""
    from tqdm import tqdm

    from data_prep.records import Record

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


def _noting_captions(records, captions: list[str]):
    """Pass records on and keep their captions, which are small, for the vocabulary."""
    for record in records:
        captions += record.captions
        yield record


def _check_splits(name, splits, skipped):
    empty = [s for s in SPLITS if s not in splits or not splits[s].images]
    if not empty:
        return
    sizes = ", ".join(f"{s} {splits[s].images if s in splits else 0}" for s in SPLITS)
    rule = skipped.notes.get("split", "the data set's own")
    why = "; ".join(
        f"skipped {entry['count']}: {reason}, e.g. {entry['examples'][0]}"
        for reason, entry in skipped.as_dict().items()
    )
    raise BadInput(
        f"the data set {name} has no pictures in {' and '.join(empty)} ({sizes}; "
        f"split: {rule}{'; ' if why else ''}{why}); expected some in each: give more "
        "pictures, a hundred if a hash splits them, or mend what was skipped."
    )


def _describe(partial, name, source, splits, captions, min_count, skipped):
    """Write the vocabulary and return what dataset.json will say."""
    from data_prep.dataset_info import DatasetInfo, file_sha256
    from data_prep.text import STANDARDISATION
    from data_prep.vocabulary import Vocabulary

    min_count = min_count or default_min_count(len(captions))[0]
    vocabulary = Vocabulary.build(captions, min_count)
    vocabulary.save(partial / "vocabulary.txt")
    return DatasetInfo(
        name=name,
        source="" if source is None else printable(source),
        splits={split: splits[split] for split in SPLITS},
        standardisation=STANDARDISATION,
        vocabulary_size=len(vocabulary),
        vocabulary_sha256=file_sha256(partial / "vocabulary.txt"),
        min_count=min_count,
        skipped=skipped.as_dict(),
        notes={topic: printable(note) for topic, note in skipped.notes.items()},
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m data_prep.prepare",
        description="Check pictures and captions and write them as a data set that "
        "captioning.train reads.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help=f"one of {', '.join(names())}")
    parser.add_argument(
        "--source", type=Path, metavar="DIR", help="the raw data set (harbour: none)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        required=True,
        help="where to put it: a new folder, or a data set to replace",
    )
    parser.add_argument(
        "--min-count",
        type=int,
        metavar="N",
        help="leave words out that training captions have less often (default: "
        f"{MIN_COUNT} with more than {MANY_CAPTIONS} of them, else 1)",
    )
    own = parser.add_argument_group("options of single data sets")
    own.add_argument("--count", type=int, metavar="N", help="harbour: training scenes")
    own.add_argument("--seed", type=int, metavar="N", help="harbour: other scenes")
    own.add_argument(
        "--captions", type=Path, metavar="FILE", help="folder: the file of captions"
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    given = {name: getattr(flags, name) for name in ("count", "seed", "captions")}
    options = {name: value for name, value in given.items() if value is not None}
    info = prepare(
        flags.name, flags.source, flags.out, min_count=flags.min_count, **options
    )
    print(summary(info, flags.out))
    return 0


def summary(info: "DatasetInfo", out: Path) -> str:
    """Return what was made, what was left out, and the command to type next."""
    lines = [f"{'split':8}{'pictures':>10}{'captions':>10}{'shards':>8}"]
    for split, facts in info.splits.items():
        numbers = f"{facts.images:10,}{facts.captions:10,}{len(facts.shards):8,}"
        lines.append(f"{split:8}{numbers}")
    default, why = default_min_count(info.splits["train"].captions)
    lines.append(
        f"vocabulary: {info.vocabulary_size:,} words, those that the training captions "
        f"have {info.min_count} times or more"
        + (f" ({why})" if info.min_count == default else "")
    )
    lines += [f"{topic}: {note}" for topic, note in info.notes.items()]
    for reason, entry in info.skipped.items():
        example = entry["examples"][0]
        lines.append(f"skipped {entry['count']:,}: {reason}, e.g. {example}")
    lines.append(f"next: python -m captioning.train --data {out}")
    return "\n".join(map(printable, lines))


if __name__ == "__main__":
    exit_on_bad_input(main)
