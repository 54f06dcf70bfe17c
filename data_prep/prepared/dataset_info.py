"""dataset.json: what a prepared data set is, and the proof that it is whole."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data_prep.atomic import write_text
from data_prep.errors import BadInput

FORMAT = 2  # raised when a reader of the old layout would misread the new one

# What can be learnt of each kind of data set: the tasks of `captioning.train`.
TASKS = {
    "captions": ("captions", "associations", "tags"),
    "sentiment": ("sentiment",),
    "translation": ("translation",),
    "gap": (),  # `captioning.experiments.long_term` draws it by itself
}


@dataclasses.dataclass(frozen=True)
class ShardInfo:
    """One file of examples: its name in the folder, what is in it, and its sha256."""

    file: str
    examples: int
    texts: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class SplitInfo:
    """A split: its shards in order, and the sums over them."""

    examples: int
    texts: int
    shards: tuple[ShardInfo, ...]

    @classmethod
    def of(cls, shards: Iterable[ShardInfo]) -> "SplitInfo":
        shards = tuple(shards)
        return cls(
            sum(s.examples for s in shards), sum(s.texts for s in shards), shards
        )


@dataclasses.dataclass(frozen=True)
class DatasetInfo:
    """What `dataset.json` says.

    Attributes:
        format: of the files, see `prepared.records` and `prepared.sentences`.
        name: of the data set's reader.
        kind: one of `data_prep.examples.KINDS`.
        languages: of a translation data set, the pivot first.
        source: the folder it came from; "" if it needs none.
        splits: "train", "dev" and "test".
        standardisation: `text.STANDARDISATION` as it was when words, or pieces of
            words, were made; "" where subwords or characters are, which do without.
        vocabulary_file: the file of the tokenizer, see `data_prep.text.tokenizers`.
        vocabulary_size: number of its ids, special tokens included.
        vocabulary_sha256: of that file.
        min_count: how often a word must occur in the training texts; 0 for all but
            words.
        skipped: reason -> {"count": int, "examples": [str]}.
        notes: what else one should know, e.g. "split": who decided about it.
    """

    name: str
    source: str
    splits: dict[str, SplitInfo]
    standardisation: str
    vocabulary_size: int
    vocabulary_sha256: str
    min_count: int
    skipped: dict[str, dict[str, Any]]
    notes: dict[str, str]
    kind: str = "captions"
    languages: tuple[str, ...] = ()
    vocabulary_file: str = "vocabulary.txt"
    format: int = FORMAT

    def save(self, directory: Path) -> None:
        """Write `dataset.json`, with a checksum of its own, atomically."""
        fields = {"format": self.format, **dataclasses.asdict(self)}  # format first
        fields["sha256"] = _digest(fields)
        content = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
        write_text(Path(directory) / "dataset.json", content)

    @classmethod
    def load(cls, directory: Path) -> "DatasetInfo":
        """Read `dataset.json`.

        Raises:
            BadInput: it is missing, altered, or of another version's format.
        """
        path = Path(directory) / "dataset.json"
        try:
            fields = json.loads(path.read_bytes())
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
        if found not in (1, FORMAT):
            raise BadInput(
                f"{path} is of format {found!r}; this version reads format {FORMAT}: "
                "prepare the data set again."
            )
        # The checksum vouches for names and types of all that is used below.
        if stated != _digest(fields):
            raise _altered(path)
        if found == 1:
            fields = _from_format_1(fields)
        splits = {
            split: SplitInfo.of(ShardInfo(**shard) for shard in facts["shards"])
            for split, facts in fields.pop("splits").items()
        }
        languages = tuple(fields.pop("languages"))
        return cls(**fields, splits=splits, languages=languages)


def _from_format_1(fields):
    """Format 1 knew captions alone; its files are the same but for these names."""
    for facts in fields["splits"].values():
        for shard in facts["shards"]:
            shard["examples"] = shard.pop("images")
            shard["texts"] = shard.pop("captions")
    return {**fields, "format": FORMAT, "languages": ()}


def _digest(fields) -> str:
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _altered(path):
    return BadInput(
        f"{path} was altered or cut off after it was written; expected it as "
        "`python -m data_prep.prepare` left it: prepare the data set again."
    )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(directory: Path, info: DatasetInfo, split: str) -> None:
    """Check that tokenizer and shards of a split are there, bit for bit.

    Raises:
        BadInput: a file is missing, truncated or altered; the message names it.
    """
    directory = Path(directory)
    for shard in shards_of(info, split):
        check_size(directory, shard)
        _check_content(directory / shard.file, shard.sha256)
    _check_content(directory / info.vocabulary_file, info.vocabulary_sha256)


def examples_digest(info: DatasetInfo, split: str) -> str:
    """Return a sha256 that changes whenever an example of the split changes."""
    sums = "\n".join(shard.sha256 for shard in shards_of(info, split))
    return hashlib.sha256(sums.encode("ascii")).hexdigest()


def check_kind(directory: Path, info: DatasetInfo, kind: str) -> None:
    """Raise BadInput unless the data set is of this kind, and say what it is good for.

    Args:
        directory: where it lies.
        info: of the data set.
        kind: what is wanted, one of `data_prep.examples.KINDS`.
    """
    if info.kind == kind:
        return
    fitting = " or ".join(f"--task {name}" for name in TASKS[info.kind])
    raise BadInput(
        f"the data set {info.name} in {directory} is one of {info.kind}; expected one "
        f"of {kind}: {f'use it with {fitting}, or ' if fitting else ''}give another "
        "--data."
    )


def shards_of(info: DatasetInfo, split: str) -> tuple[ShardInfo, ...]:
    """Return the shards of a split, or raise BadInput if there is no such split."""
    if split not in info.splits:
        raise BadInput(
            f"the data set {info.name} has no split {split!r}; expected one of "
            f"{', '.join(info.splits)}."
        )
    return info.splits[split].shards


def check_size(directory: Path, shard: ShardInfo) -> None:
    """Raise BadInput unless the shard is there with its size."""
    path = directory / shard.file
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInput(
            f"the shard {path} cannot be read ({error.strerror}); expected "
            f"{shard.bytes} bytes: prepare the data set again."
        ) from error
    if size != shard.bytes:
        raise BadInput(
            f"the shard {path} has {size} bytes; expected {shard.bytes}: "
            "prepare the data set again."
        )


def _check_content(path, sha256):
    try:
        found = file_sha256(path)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected the file as it was "
            "written: prepare the data set again."
        ) from error
    if found != sha256:
        raise BadInput(
            f"{path} was altered after it was written (its sha256 is another); "
            "expected it untouched: prepare the data set again."
        )
