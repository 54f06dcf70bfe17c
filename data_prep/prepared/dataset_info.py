"""dataset.json: what a prepared data set is, and the checksums of its files."""

import dataclasses
import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from data_prep.atomic import read_whole, write_text
from data_prep.errors import BadInput, printable
from data_prep.text.min_count import default_min_count

# Raised when a reader of the old layout would misread the new one. Until format 2 the
# TFRecords of pictures held their captions; format 1 knew captions alone.
FORMAT = 3
LAST_WITH_CAPTIONS_IN_RECORDS = 2

# What can be learnt of each kind of data set: the tasks of `captioning.train`.
TASKS = {
    "captions": ("captions", "associations", "tags"),
    "sentiment": ("sentiment",),
    "translation": ("translation",),
    "gap": (),  # `captioning.experiments.long_term` draws it by itself
}


@dataclasses.dataclass(frozen=True)
class FileInfo:
    """One file of a split."""

    file: str  # its name in the data set's folder
    examples: int  # how many pictures or sentences it is about
    texts: int  # how many it holds; 0 if it holds pictures
    bytes: int
    sha256: str

    def __post_init__(self):
        _check_types(_plain_types(type(self)), vars(self))
        _check_name(self.file)


@dataclasses.dataclass(frozen=True)
class SplitInfo:
    """A split: its files, and how many examples and texts they hold."""

    examples: int  # pictures or sentences
    texts: int  # captions or sentences, over all languages
    shards: tuple[FileInfo, ...]  # of the examples, in order
    captions: FileInfo | None = None  # of pictures; sentences are texts themselves

    @classmethod
    def of(
        cls, shards: Iterable[FileInfo], captions: FileInfo | None = None
    ) -> "SplitInfo":
        """Return the description of a split with these files."""
        shards = tuple(shards)
        texts = sum(file.texts for file in ([captions] if captions else shards))
        return cls(sum(shard.examples for shard in shards), texts, shards, captions)


@dataclasses.dataclass(frozen=True)
class DatasetInfo:
    """What `dataset.json` says."""

    name: str  # of the data set's reader
    source: str  # the folder it came from; "" if it needs none
    splits: dict[str, SplitInfo]
    # `word_splitting.STANDARDISATION` as it was when words, or pieces of words, were
    # made; "" where subwords or characters are, which do without.
    standardisation: str
    vocabulary_size: int  # number of ids, special tokens included
    vocabulary_sha256: str  # of the tokenizer's file
    min_count: int  # how often a word must occur in the training texts; else 0
    skipped: dict[str, dict[str, Any]]  # reason -> {"count": int, "examples": [str]}
    notes: dict[str, str]  # what else one should know, e.g. "split": who decided it
    kind: str = "captions"  # one of `data_prep.examples.KINDS`
    languages: tuple[str, ...] = ()  # of a translation data set, the pivot first
    vocabulary_file: str = "vocabulary.txt"  # see `data_prep.text.choose_tokenizer`
    format: int = FORMAT  # of the files, see `prepared.records` and its neighbours

    def save(self, directory: Path) -> None:
        """Write `dataset.json`, with a checksum of its own, atomically."""
        fields = {"format": self.format, **dataclasses.asdict(self)}  # format first
        for facts in fields["splits"].values():
            if facts["captions"] is None:
                del facts["captions"]
        fields["sha256"] = _digest(fields)
        content = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
        write_text(Path(directory) / "dataset.json", content)

    @classmethod
    def load(cls, directory: Path) -> "DatasetInfo":
        """Read `dataset.json`.

        Raises:
            BadInput: it is missing, altered, or of a format that is not read any more;
                for one of those the message has the command that makes it anew.
        """
        path = Path(directory) / "dataset.json"
        try:
            fields = json.loads(read_whole(path))
            found = fields["format"]
            stated = fields.pop("sha256", None)
        except OSError as error:
            raise BadInput(
                f"{directory} holds no readable dataset.json ({error.strerror}); "
                "expected a data set made by `python -m data_prep.prepare`: "
                "prepare it, or check the path."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _altered(path) from error
        if found not in range(1, FORMAT + 1):
            raise BadInput(
                f"{path} is of format {found!r}; this version reads format {FORMAT}: "
                "prepare the data set again."
            )
        if stated != _digest(fields):
            raise _altered(path)
        kind = fields.get("kind", "captions")
        try:
            if kind != "captions" or found > LAST_WITH_CAPTIONS_IN_RECORDS:
                return cls._of(fields)
            command = _command(directory, fields)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            # The checksum is right, so somebody else's program wrote it.
            raise BadInput(
                f"{path} does not say what a data set is ({printable(error, 200)}); "
                "expected it as `python -m data_prep.prepare` writes it: prepare the "
                "data set again."
            ) from error
        raise BadInput(
            f"{path} is of format {found}, with the captions in the files of the "
            f"pictures; expected format {FORMAT}, with the captions beside them: "
            f"make it anew by `{command}`."
        )

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> "DatasetInfo":
        """Return what the fields say; raise ValueError, TypeError, KeyError or
        AttributeError if they are not those that `save` writes."""
        for split, facts in fields["splits"].items():
            shards = (FileInfo(**shard) for shard in facts["shards"])
            captions = facts.get("captions")
            captions = FileInfo(**captions) if captions else None
            fields["splits"][split] = SplitInfo.of(shards, captions)
        fields["languages"] = tuple(fields["languages"])
        info = cls(**fields)
        for skipped in info.skipped.values():
            _check_types({"count": int}, skipped)
            _check_all(str, skipped["examples"])
        _check_all(str, [*info.languages, *info.notes.values()])
        if info.kind not in TASKS or not info.splits:
            raise ValueError(f"there is no kind {info.kind!r}, or no split")
        return info

    def __post_init__(self):
        _check_types(_plain_types(type(self)), vars(self))
        _check_name(self.vocabulary_file)


def _plain_types(cls: type) -> dict[str, type]:
    """Return the fields of a dataclass that are texts or numbers."""
    types = {field.name: field.type for field in dataclasses.fields(cls)}
    return {name: kind for name, kind in types.items() if kind in (str, int)}


def _check_types(types: dict[str, type], values: Mapping[str, Any]) -> None:
    """Raise ValueError unless values have their types, and numbers count something."""
    for name, kind in types.items():
        value = values[name]
        if type(value) is not kind or (kind is int and value < 0):
            raise ValueError(f"{name} is {value!r}")


def _check_all(kind: type, values: Iterable) -> None:
    for value in values:
        _check_types({"a value": kind}, {"a value": value})


def _check_name(file: str) -> None:
    """Raise ValueError if a file is not in the folder of its data set."""
    longest = 255  # bytes of a name, on most file systems
    is_plain = Path(file).name == file and file not in ("", "..") and "\0" not in file
    if not is_plain or len(file.encode("utf-8")) > longest:
        raise ValueError(f"{file!r} is no name of a file")


def _command(directory, fields) -> str:
    """Return the command that makes an old data set of captions anew; formats 1 and 2
    noted no options: scenes are counted, their seed is not known."""
    train = fields["splits"]["train"]  # format 1 had other names for its counts
    words = ["python", "-m", "data_prep.prepare", fields["name"]]
    if fields["source"]:
        words += ["--source", fields["source"]]
    else:
        words += ["--count", str(train.get("examples", train.get("images")))]
    num_texts = train.get("texts", train.get("captions"))
    if fields["min_count"] != default_min_count(num_texts)[0]:
        words += ["--min-count", str(fields["min_count"])]
    return shlex.join([*words, "--out", str(directory)])


def _digest(fields) -> str:
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _altered(path):
    return BadInput(
        f"{path} was altered or cut off after it was written; expected it as "
        "`python -m data_prep.prepare` left it: prepare the data set again."
    )


def load_split(directory: Path, split: str, kind: str) -> tuple[DatasetInfo, SplitInfo]:
    """Return what a data set of this kind is, and its split; errors as of
    `DatasetInfo.load`, `check_kind` and `split_of`."""
    info = DatasetInfo.load(directory)
    check_kind(directory, info, kind)
    return info, split_of(info, split)


def split_of(info: DatasetInfo, split: str) -> SplitInfo:
    """Return a split, or raise BadInput if there is no such split."""
    if split not in info.splits:
        raise BadInput(
            f"the data set {info.name} has no split {split!r}; expected one of "
            f"{', '.join(info.splits)}."
        )
    return info.splits[split]


def check_kind(directory: Path, info: DatasetInfo, kind: str) -> None:
    """Raise BadInput unless the data set is of this kind, one of
    `data_prep.examples.KINDS`, and say what it is good for."""
    if info.kind == kind:
        return
    fitting = " or ".join(f"--task {name}" for name in TASKS[info.kind])
    raise BadInput(
        f"the data set {info.name} in {directory} is one of {info.kind}; expected one "
        f"of {kind}: {f'use it with {fitting}, or ' if fitting else ''}give another "
        "--data."
    )


def pictures_digest(info: DatasetInfo, split: str) -> str:
    """Return a sha256 that changes whenever a picture of the split changes, or their
    order; captions do not count."""
    return _digest_of(split_of(info, split).shards)


def examples_digest(info: DatasetInfo, split: str) -> str:
    """Return a sha256 that changes whenever an example of the split changes: a picture,
    a caption, a sentence."""
    facts = split_of(info, split)
    return _digest_of([*facts.shards, *([facts.captions] if facts.captions else [])])


def _digest_of(files: Iterable[FileInfo]) -> str:
    sums = "\n".join(file.sha256 for file in files)
    return hashlib.sha256(sums.encode("ascii")).hexdigest()
