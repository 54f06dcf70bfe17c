"""The flags of captioning.caption by which many share the work: see docs/scale.md."""

import argparse
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from captioning.cli.arguments import check_apart, positive
from data_prep.cli.parser import Parser
from data_prep.errors import BadInput, as_typed

_ENGINES = ("ray",)


def add_list_flag(parser: argparse.ArgumentParser) -> None:
    """Give the parser `--list`, which names pictures as PATH does."""
    parser.add_argument(
        "--list",
        type=Path,
        metavar="FILE",
        help="instead of PATH: a file that names pictures, one a line; - is standard "
        "input",
    )


def add_shard_flags(group) -> None:
    """Give the parser what splits the pictures among workers."""
    group.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        help="caption the Ith of N parts of the pictures, 1/N to N/N, into "
        "FILE.shards/; FILE is that of --out. A part that is there is not done again. "
        "`captioning merge FILE` joins them",
    )
    group.add_argument(
        "--engine",
        choices=_ENGINES,
        help="ray: deal the parts out to workers of a Ray cluster, and join them "
        "(needs the extra [ray])",
    )
    group.add_argument(
        "--address",
        metavar="ADDRESS",
        help="of the Ray cluster, such as auto or HOST:6379 (default: one is started "
        "on this machine)",
    )
    group.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="of the Ray cluster, at most, each with --threads processors, which is 1 "
        "then (default: as many as there are processors for)",
    )


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(
            f"got {text!r}; expected I/N, the Ith of N parts, as in 3/100"
        )
    return int(found[1]), int(found[2])


def check(flags: argparse.Namespace) -> None:
    """Raise BadInput if one of these flags lacks another, or contradicts it."""
    # What goes to stdout or into other files; parts are gone on with unasked.
    alone = ("sidecars", "alt_text", "attention", "json", "explain", "resume")
    for one in ("shard", "engine"):
        check_apart(flags, [(one, other) for other in alone])
        if getattr(flags, one) and not flags.out:
            raise BadInput(f"--{one} needs --out, the file that is made; add it.")
    check_apart(flags, [("shard", "engine"), ("list", "paths"), ("list", "alt_text")])
    for name in ("address", "workers"):
        if getattr(flags, name) and not flags.engine:
            raise BadInput(
                f"--{name} goes with --engine ray; add it, or leave --{name} out."
            )


def command_of(argv: Sequence[str]) -> str:
    """Return the command that captions one part, all but its number, of the arguments
    of one that captions another, or all."""
    parser = Parser(add_help=False)
    add_shard_flags(parser)
    parser.add_argument("--force", action="store_true")
    _, others = parser.parse_known_args(argv)
    return as_typed(shlex.join(["python", "-m", "captioning.caption", *others]))
