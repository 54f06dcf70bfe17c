"""The command line that all benchmarks share."""

import argparse
from pathlib import Path


def parser_of(name: str, description: str, *examples: str) -> argparse.ArgumentParser:
    """Return the parser of ``python -m benchmarks.NAME``, without flags.

    Args:
        name: of the module; "" for ``python -m benchmarks`` itself.
        description: what it measures.
        examples: the arguments of example commands.
    """
    command = f"python -m benchmarks.{name}" if name else "python -m benchmarks"
    lines = [f"  {command} {example}" for example in examples]
    return argparse.ArgumentParser(
        prog=command,
        description=description,
        epilog="\n".join(["example:" if len(lines) == 1 else "examples:", *lines]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_data_flag(parser: argparse.ArgumentParser) -> None:
    """Add the required flag `--data`."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="a prepared data set"
    )


def add_rounds_flag(parser: argparse.ArgumentParser, rounds: int) -> None:
    """Add `--rounds`, with its default."""
    from captioning.cli.commands import positive

    parser.add_argument(
        "--rounds",
        type=positive,
        default=rounds,
        metavar="N",
        help="how often each way is measured, in turn (default: %(default)s)",
    )
