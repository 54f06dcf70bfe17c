"""python -m data_prep.prepare: raw pictures and texts -> a data set to train on."""

import inspect
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from data_prep.atomic import replacing
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.cli.parser import Parser
from data_prep.datasets import load, names
from data_prep.errors import BadInput, exit_on_bad_input, printable
from data_prep.examples import SPLITS, Labelled, RawExample, Skipped
from data_prep.prepared.checksums import file_sha256
from data_prep.prepared.dataset_info import DatasetInfo, SplitInfo, check_kind
from data_prep.prepared.sentences import load_sentiment
from data_prep.prepared.split_checks import check_splits, tells_nothing
from data_prep.prepared.summary import summary
from data_prep.readers.source_folder import check_folder
from data_prep.text.choose_tokenizer import KINDS, STANDARDIZED, build, choose
from data_prep.text.min_count import MANY_TEXTS, MIN_COUNT

IMAGES_PER_SHARD = 1000  # some 150 MB of ordinary photos

EXAMPLE = """examples:
  python -m data_prep.prepare harbour --out data/harbour --count 6000
  python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
  python -m data_prep.prepare folder --source MY_PICTURES --out data/mine
  python -m data_prep.prepare sst2 --source SST2 --out data/sst2 --min-count 2
  python -m data_prep.prepare multi30k --source MULTI30K --out data/multi30k \\
      --leave-out FLICKR8K --vocabulary-size 6000

What a data set expects in its folder stands at the top of data_prep/datasets/NAME.py.
"""


def prepare(
    name: str,
    source: Path | None,
    out: Path,
    *,
    tokenizer: str | None = None,
    min_count: int | None = None,
    vocabulary_size: int | None = None,
    images_per_shard: int = IMAGES_PER_SHARD,
    add: Sequence[Path] = (),
    **options: Any,
) -> DatasetInfo:
    """Make a prepared data set; `out` appears, or is replaced, once it is complete.

    Args:
        name: of a module in `data_prep.datasets`.
        source: the raw data set; None if it needs none.
        out: a new or empty folder, or a data set made by us before. Of the latter all
            that is not ours (its `features/` above all) moves into the new one.
        tokenizer: one of `KINDS`; None is the data set's own, words for captions.
        min_count: of words, how often training texts must have one; None: by their
            number, see `text.min_count`.
        vocabulary_size: of all but words, how many at most; None is the data set's own.
        images_per_shard: pictures a file; sentences are one file a split.
        add: to captions, folders of pictures and captions, as the data set "folder"
            reads them, all of whose pictures are added to the training split; to
            sentiment, prepared data sets, each of whose splits is added to the same.
        options: the data set's own, as keywords of its `read`.

    Raises:
        BadInput: source, out or an option cannot be used.
    """
    numbers = {"min_count": min_count, "vocabulary_size": vocabulary_size}
    given = {**numbers, "images_per_shard": images_per_shard}
    for option, number in given.items():
        if number is not None and number < 1:
            raise BadInput(
                f"{option} is {number}; expected at least 1: give a larger one."
            )
    dataset = load(name)
    choice = choose(dataset, tokenizer, **numbers)
    skipped = Skipped()
    examples = _open(dataset, name, source, skipped, options)
    if add:
        examples = _with_added(examples, dataset, add, skipped)
    with replacing(Path(out)) as partial:
        from data_prep.prepared.write_split import write_pictures, write_texts
        from data_prep.text.word_splitting import STANDARDISATION

        splits: dict[str, SplitInfo] = {}
        texts: list[str] = []  # of train, for the tokenizer
        for split, members in itertools.groupby(examples, lambda e: e.split):
            if split in splits or split not in SPLITS:
                raise RuntimeError(f"{name} yields {split!r} twice or out of place")
            if dataset.KIND == "captions":
                splits[split], written = write_pictures(
                    members, partial, split, images_per_shard, skipped
                )
            else:
                splits[split], written = write_texts(members, partial, split)
            if split == "train":
                texts = written
            elif split == "dev" and (why := tells_nothing(splits[split], written)):
                skipped.notes["dev"] = why
        check_splits(name, splits, skipped)
        languages = getattr(dataset, "LANGUAGES", ())
        built, min_count = build(choice, texts, languages)
        built.save(partial / built.FILE)
        info = DatasetInfo(
            name=name,
            kind=dataset.KIND,
            languages=tuple(languages),
            source="" if source is None else printable(source),
            splits={split: splits[split] for split in SPLITS},
            standardisation=STANDARDISATION if choice.kind in STANDARDIZED else "",
            vocabulary_file=built.FILE,
            vocabulary_size=len(built),
            vocabulary_sha256=file_sha256(partial / built.FILE),
            min_count=min_count,
            skipped=skipped.as_dict(),
            notes={topic: printable(note) for topic, note in skipped.notes.items()},
        )
        info.save(partial)
    return info


def _open(dataset: ModuleType, name, source, skipped, options) -> Iterator:
    """Check what the user asked of a data set, and start reading it."""
    if dataset.NEEDS_SOURCE and source is None:
        raise BadInput(
            f"the data set {name} got no source; expected a folder: give --source DIR."
        )
    if not dataset.NEEDS_SOURCE and source is not None:
        raise BadInput(
            f"the data set {name} is read from no folder: leave --source out."
        )
    if source is not None:
        check_folder("--source", source)
    known = list(inspect.signature(dataset.read).parameters)[2:]
    for option in options:
        if option not in known:
            raise BadInput(
                f"the data set {name} knows no option {option!r}; expected "
                f"{' or '.join(known) or 'none'}: leave it out."
            )
    return dataset.read(None if source is None else Path(source), skipped, **options)


def _with_added(
    examples: Iterator, dataset: ModuleType, folders: Sequence[Path], skipped: Skipped
) -> Iterator:
    """Check the folders, and return the examples with those of the folders behind the
    training split; of sentiment, behind every split."""
    if dataset.KIND == "sentiment":
        return _with_sentences(examples, folders, skipped)
    if dataset.KIND != "captions":
        raise BadInput(
            f"--add got {folders[0]}, pictures, and the data set is one of "
            f"{dataset.KIND}; leave --add out."
        )
    for folder in folders:
        check_folder("--add", folder)

    def added() -> Iterator[RawExample]:
        own, times = dict(skipped.notes), Counter()
        for folder in map(Path, folders):
            skipped.notes.pop("captions", None)
            # Two folders may have one name, or be one that counts twice.
            times[folder.name] += 1
            again = f"-{times[folder.name]}" if times[folder.name] > 1 else ""
            for example in load("folder").read(folder, skipped):
                image_id = f"{folder.name}{again}/{example.image_id}"
                yield example._replace(split="train", image_id=image_id)
            if understood := skipped.notes.get("captions"):
                own[f"captions of {printable(folder)}"] = understood
        skipped.notes.clear()  # of how the folders would be split by themselves
        skipped.notes.update(own, added=f"to train: {', '.join(map(str, folders))}")

    def joined() -> Iterator[RawExample]:
        is_added = False
        for example in examples:
            if example.split != "train" and not is_added:
                yield from added()
                is_added = True
            yield example

    return joined()


def _with_sentences(
    examples: Iterator[Labelled], data_sets: Sequence[Path], skipped: Skipped
) -> Iterator[Labelled]:
    """Check the data sets, and return the examples with theirs behind each split."""
    found = {data: DatasetInfo.load(data) for data in data_sets}
    for data, info in found.items():
        check_kind(data, info, "sentiment")
    counts = (f"{i.splits['train'].examples:,} of {i.name}" for i in found.values())
    skipped.notes["added"] = f"to each split; to train: {', '.join(counts)}"

    def joined() -> Iterator[Labelled]:
        for split, members in itertools.groupby(examples, lambda e: e.split):
            yield from members
            for data in data_sets:
                yield from load_sentiment(data, split)

    return joined()


def main(argv: list[str] | None = None) -> int:
    flags = _parser().parse_args(argv)
    import_tensorflow()
    given = {name: value for name, value in vars(flags).items() if value is not None}
    info = prepare(**{"source": None, **given})
    print(summary(info, flags.out))
    return 0


# Name -> type, placeholder, help.
_FLAGS = {
    "source": (Path, "DIR", "the raw data set (harbour: none)"),
    "out": (Path, "DIR", "where to put it: a new folder, or a data set to replace"),
    "min_count": (
        *(int, "N"),
        "words: leave out those that training texts have less often (default: "
        f"{MIN_COUNT} with more than {MANY_TEXTS} of them, else 1)",
    ),
    "vocabulary_size": (
        *(int, "N"),
        "all but words: how many at most (default: the data set's own)",
    ),
}
# The same of single data sets: the keyword arguments of their `read`.
_OWN_FLAGS = {
    "count": (int, "N", "those made out of nothing: training examples"),
    "seed": (int, "N", "those made out of nothing: other examples"),
    "captions": (
        Path,
        "FILE",
        "folder, flickr8k: the file of captions; flickr8k: or Multi30k's task 2",
    ),
    "language": (
        str,
        "CODE",
        "moods, diary: en, ko or both; flickr8k: of task 2, de or en",
    ),
    "gap": (int, "N", "gap: steps between the word and the question"),
    "train": (str, "FILE", "nsmc: reviews to learn from, in place of train.tsv"),
    "judged": (
        *(Path, "FILE"),
        "sst2: texts that a model judged, by `read sentiment --json`",
    ),
    "leave_out": (Path, "DIR", "multi30k: Flickr8k, whose test photos to leave out"),
    "back_translated": (
        *(Path, "DIR"),
        "multi30k: en.jsonl and de.jsonl, sentences and a model's translations",
    ),
}


def _parser() -> Parser:
    parser = Parser(
        prog="python -m data_prep.prepare",
        description="Check pictures and texts and write them as a data set that "
        "captioning.train reads.",
        epilog=EXAMPLE,
    )
    parser.add_argument("name", metavar="NAME", help=f"one of {', '.join(names())}")
    own = parser.add_argument_group("options of single data sets")
    for group, flags in ((parser, _FLAGS), (own, _OWN_FLAGS)):
        for name, (kind, metavar, text) in flags.items():
            flag, required = f"--{name.replace('_', '-')}", name == "out"
            group.add_argument(
                flag, type=kind, metavar=metavar, help=text, required=required
            )
    parser.add_argument(
        "--add",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="of pictures: folders as the data set folder reads them, whose pictures "
        "all go to the training split too; of sentiment: prepared data sets, whose "
        "splits go to the same splits",
    )
    parser.add_argument(
        "--tokenizer", choices=KINDS, help="of sentiment (default: the data set's own)"
    )
    return parser


if __name__ == "__main__":
    exit_on_bad_input(main)
