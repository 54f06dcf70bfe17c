"""The command line that all benchmarks share."""

from collections.abc import Collection
from pathlib import Path

from data_prep.cli.parser import Parser


def parser_of(name: str, description: str, *examples: str) -> Parser:
    """Return the parser of ``python -m benchmarks.NAME``, without flags.

    Args:
        name: of the module; "" for ``python -m benchmarks`` itself.
        description: what it measures.
        examples: the arguments of example commands.
    """
    command = f"python -m benchmarks.{name}" if name else "python -m benchmarks"
    lines = [f"  {command} {example}" for example in examples]
    return Parser(
        prog=command,
        description=description,
        epilog="\n".join(["example:" if len(lines) == 1 else "examples:", *lines]),
    )


def add_data_flag(parser: Parser) -> None:
    """Add the required flag `--data`."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="a prepared data set"
    )


def add_rounds_flag(parser: Parser, rounds: int) -> None:
    """Add `--rounds`, with its default."""
    from captioning.cli.arguments import positive

    parser.add_argument(
        "--rounds",
        type=positive,
        default=rounds,
        metavar="N",
        help="how often each way is measured, in turn (default: %(default)s)",
    )


def add_names_flag(
    parser: Parser, flag: str, names: Collection[str], metavar: str
) -> None:
    """Add a flag that chooses some of several names; all of them if not given."""
    parser.add_argument(
        flag,
        nargs="+",
        choices=names,
        default=list(names),
        metavar=metavar,
        help=f"any of {', '.join(names)} (default: all)",
    )


def add_count_flags(parser: Parser, *flags: tuple[str, int, str]) -> None:
    """Add flags that take a positive number.

    Args:
        parser: to add them to.
        flags: name, default and what is counted, of each.
    """
    from captioning.cli.arguments import positive

    for name, default, what in flags:
        parser.add_argument(
            name,
            type=positive,
            default=default,
            metavar="N",
            help=f"{what} (default: {default:,})",
        )
