"""A list of pictures -> shards: the same on every machine that has the same list."""

import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from data_prep.errors import BadInput, printable
from data_prep.pictures.places import place

PICTURES_A_SHARD = 128  # seconds of work: what is lost with a worker
MOST_SHARDS = 10_000  # files of one folder


class Plan(NamedTuple):
    """What all shards of a file of captions have in common.

    Attributes:
        shards: how many there are.
        pictures: how many all of them have.
        digest: of the names of the pictures.
        options: what the captions depend on, by name.
        shown: captions of a picture, at most; None is all of them.
        command: that makes one shard, but for its number.
    """

    shards: int
    pictures: int
    digest: str
    options: dict[str, Any]
    shown: int | None
    command: str

    def differs(self, other: "Plan") -> str:
        """Return in what another plan differs, or "". How the shards are made makes no
        difference."""
        if self.shards != other.shards:
            return f"{other.shards:,} shards and these {self.shards:,}"
        if self.digest != other.digest:
            return (
                f"another list of pictures, of {other.pictures:,}, and these are "
                f"{self.pictures:,}"
            )
        for name, value in self.options.items():
            if value != other.options.get(name):
                return f"the option {name} {other.options.get(name)}, not {value}"
        return ""


def digest(names: Iterable[str]) -> str:
    """Return the SHA-256 of names, in order, hexadecimal."""
    sha256 = hashlib.sha256()
    for name in names:
        sha256.update(as_bytes(name))
    return sha256.hexdigest()


def as_bytes(name: str) -> bytes:
    """Return a name as it goes into the digest, with its end."""
    return os.fsencode(name) + b"\0"


def number_of_shards(pictures: int) -> int:
    """Return into how many shards pictures are split where a user does not say it: by
    their number alone, so that a later command may go on with other workers."""
    return min(-(-pictures // PICTURES_A_SHARD), MOST_SHARDS)


def part_of(names: Sequence[str], number: int, shards: int) -> Sequence[str]:
    """Return the names of the pictures of a shard: neighbours, so that all shards, one
    behind the other, are the list.

    Args:
        names: of all pictures.
        number: of the shard, from 1.
        shards: how many there are. They differ by one picture at most.
    """
    first, last = (k * len(names) // shards for k in (number - 1, number))
    return names[first:last]


def read_list(file: Path) -> list[str]:
    """Return the names of pictures in a file, one a line, each once, where it stands
    first. No picture is looked at.

    Args:
        file: of names; "-" is standard input.

    Raises:
        BadInput: it cannot be read, or names none.
    """
    try:
        if str(file) == "-":
            if sys.stdin is None:
                raise OSError("standard input is closed")
            data = sys.stdin.buffer.read()
        else:
            data = file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read ({error.strerror or error}); expected a file with "
            "the name of a picture a line."
        ) from error
    lines = (line.removesuffix(b"\r") for line in data.split(b"\n"))
    # As results will spell them; strings, for millions of paths fill the memory.
    spelled = (str(place(os.fsdecode(line))) for line in lines if line)
    names = list(dict.fromkeys(spelled))
    if not names:
        raise BadInput(
            f"{printable(file)} names no picture; expected the name of one a line."
        )
    return names
