"""The files of shards: written whole or not at all, checked, and joined.

OUT.shards/00003-of-00100.jsonl     the plan, then a line a picture, in order
"""

import contextlib
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from captioning.inference.result_file import said_of, write_results
from captioning.inference.results import PictureResult
from captioning.inference.shards.plan import Plan, as_bytes
from captioning.inference.stored_results import from_line, to_line
from data_prep.atomic import write_text
from data_prep.console import say
from data_prep.errors import BadInput

_NAME = re.compile(r"(\d{5,})-of-(\d{5,})\.jsonl")


class ShardFiles:
    """The shards of a file of captions, in a folder beside it.

    Args:
        out: the file that is made of them.
        plan: of the shards that will be written; that of those that are there if not
            given.
        force: whether shards of another plan are deleted, and one without a caption is
            written; else they are refused.

    Raises:
        BadInput: there are shards of another plan, or no plan was given and there are
            none; or the folder cannot be made.
    """

    def __init__(self, out: Path, plan: Plan | None = None, *, force: bool = False):
        self.folder = out.with_name(f"{out.name}.shards")
        self.plan = plan or self._plan_there()
        self._force = force
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"{self.folder} cannot be made ({error.strerror}); expected a folder "
                "for the shards: choose another --out."
            ) from error
        files = self._files()
        for file in files if force else files[:1]:  # `join` looks at all of them
            if differs := self.plan.differs(_read_plan(file)):
                if not force:
                    raise BadInput(
                        f"{file} is of {differs}; expected shards of one list, by the "
                        "same options: choose another --out, or give --force to delete "
                        "those."
                    )
                file.unlink(missing_ok=True)

    def file(self, number: int) -> Path:
        """Return the file of a shard."""
        return self.folder / f"{number:05}-of-{self.plan.shards:05}.jsonl"

    def missing(self) -> list[int]:
        """Return the numbers of the shards that are not there."""
        there = set(self._files())
        numbers = range(1, self.plan.shards + 1)
        return [number for number in numbers if self.file(number) not in there]

    def write(self, number: int, results: Sequence[PictureResult]) -> None:
        """Write a shard, and say on stderr what is wrong with its pictures.

        Raises:
            BadInput: it cannot be written, or all its pictures are bad: then it is
                more likely that a folder is not there on this machine.
        """
        file = self.file(number)
        if results and not self._force and all(result.error for result in results):
            raise BadInput(
                f"{file} was not written: none of its {len(results):,} pictures can be "
                f"captioned ({results[0].error}); expected some. See that the pictures "
                "are there on this machine; if they are all bad, give --force."
            )
        lines = [json.dumps(self.plan._asdict()), *map(to_line, results)]
        try:
            write_text(file, "".join(f"{line}\n" for line in lines))
        except OSError as error:
            raise BadInput(
                f"{file} cannot be written ({error.strerror}); expected room for it, "
                "and a folder that can be written to."
            ) from error
        for result in results:
            if result.error:
                say(f"error: {result.error}")

    def join(self, out: Path) -> int:
        """Write all that is said into one file, and say so on stderr; return how many
        pictures were captioned.

        Raises:
            BadInput: a shard is missing, damaged or of another plan, or the pictures
                are not those of the list, each once; or the file cannot be written.
        """
        num_captioned = write_results(out, self._results, self.plan.shown)
        num_others = self.plan.pictures - num_captioned
        others = f", {num_others:,} not" if num_others else ""
        say(said_of(out, num_captioned) + others)
        return num_captioned

    def _results(self) -> Iterator[PictureResult]:
        """Yield what is said of the pictures, in the order of the list."""
        sha256, count = hashlib.sha256(), 0
        for number in range(1, self.plan.shards + 1):
            file = self.file(number)
            if differs := self.plan.differs(_read_plan(file)):
                raise BadInput(
                    f"{file} is of {differs}; expected shards of one list, by the same "
                    "options: delete those that are not, and make them again."
                )
            for result in _read_results(file):
                sha256.update(as_bytes(str(result.path)))
                count += 1
                yield result
        if (count, sha256.hexdigest()) != (self.plan.pictures, self.plan.digest):
            raise BadInput(
                f"the shards in {self.folder} have {count:,} pictures, which are not "
                f"the {self.plan.pictures:,} of the list, each once; expected these: "
                "delete the shards, and make them again."
            )

    def _plan_there(self) -> Plan:
        for file in self._files():
            return _read_plan(file)
        raise BadInput(
            f"there are no shards in {self.folder}; expected those that commands with "
            "--shard I/N, and with this file as --out, have written: run them first."
        )

    def _files(self) -> list[Path]:
        """Return the files of shards, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(f for f in self.folder.iterdir() if _NAME.fullmatch(f.name))


def _read_plan(file: Path) -> Plan:
    with _damage_is_bad_input(file), open(file, encoding="ascii") as lines:
        return Plan(**json.loads(lines.readline()))


def _read_results(file: Path) -> Iterator[PictureResult]:
    with _damage_is_bad_input(file), open(file, encoding="ascii") as lines:
        yield from map(from_line, itertools.islice(lines, 1, None))


@contextlib.contextmanager
def _damage_is_bad_input(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{file} cannot be read ({error}); expected a shard that a command wrote: "
            "delete it, and make it again."
        ) from error
