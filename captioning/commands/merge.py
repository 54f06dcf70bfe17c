"""captioning merge: the shards of many pictures -> one file of captions."""

import itertools
from collections.abc import Iterable
from pathlib import Path

from captioning.cli.arguments import (
    Parser,
    add_force_flag,
    check_file_to_write,
    check_new,
)
from captioning.inference.result_file import ENDINGS
from captioning.inference.shards.shard_files import ShardFiles
from data_prep.errors import BadInput, exit_on_bad_input

EXAMPLE = """examples:
  captioning caption photos/ --out captions.csv --shard 1/2
  captioning caption photos/ --out captions.csv --shard 2/2
  captioning merge captions.csv
  captioning merge captions.csv | parallel && captioning merge captions.csv

Give it in the folder where the shards were made, for names begin there.
"""


def main(argv: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m captioning merge",
        description="Join the shards that captioning.caption --shard wrote, if all are "
        "there and have each picture once. The commands that make those that are "
        "missing go to stdout, with exit status 2. Shards stay where they are: remove "
        "FILE.shards yourself.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="that was their --out: .csv, .jsonl, .txt or .parquet",
    )
    add_force_flag(parser, "FILE")
    flags = parser.parse_args(argv)
    check_file_to_write("FILE", flags.file, ENDINGS)
    check_new("FILE", flags.file, flags.force)
    files = ShardFiles(flags.file)
    shards = files.plan.shards
    if missing := files.missing():
        for number in missing:
            print(f"{files.plan.command} --shard {number}/{shards}")
        raise BadInput(
            f"{len(missing):,} of the {shards:,} shards in {files.folder} are missing: "
            f"{ranges(missing)}; expected all. Run the commands on standard output, "
            "and merge again."
        )
    return 0 if files.join(flags.file) else 2


def ranges(numbers: Iterable[int]) -> str:
    """Return increasing numbers in few words, as SLURM's --array takes them.

    >>> ranges([1, 3, 4, 5, 9])
    '1,3-5,9'
    """
    runs = []
    for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        first, *others = [number for _, number in run]
        runs.append(f"{first}-{others[-1]}" if others else f"{first}")
    return ",".join(runs)


if __name__ == "__main__":
    exit_on_bad_input(main)
