"""The parser of all commands: what is not known is refused, with a suggestion."""

import argparse
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from data_prep.cli.did_you_mean import did_you_mean
from data_prep.errors import BadInput, printable

CONSOLE_SCRIPT = "captioning"  # `captioning train` is `python -m captioning.train`
_MODULE = re.compile(r"python -m (?:captioning|data_prep)\.(\w+)")
WIDTH = 79  # of a description; examples keep their own line ends


class Parser(argparse.ArgumentParser):
    """`argparse` with one-line errors. Flags must be written out in full.

    `elsewhere` says of a flag why it is not among those of this command.
    """

    def __init__(self, *, elsewhere: Mapping[str, str] | None = None, **options):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        if "description" in options:
            options["description"] = textwrap.fill(options["description"], WIDTH)
        if Path(sys.argv[0]).name == CONSOLE_SCRIPT:
            for text in {"prog", "epilog"} & set(options):
                options[text] = _MODULE.sub(
                    rf"{CONSOLE_SCRIPT} \1", options[text] or ""
                )
        super().__init__(allow_abbrev=False, **options)
        self.elsewhere = elsewhere or {}

    def parse_args(self, args: Sequence[str] | None = None, namespace=None):
        flags, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(self._unknown(unknown))
        return flags

    def error(self, message: str) -> NoReturn:
        """Raise BadInput with the reason on one line; a command exits with status 2."""
        end = "" if message.endswith(("?", ".")) else "."
        raise BadInput(f"{printable(message)}{end} See {self.prog} --help.")

    def _unknown(self, words: Sequence[str]) -> str:
        word = next((word for word in words if word.startswith("-")), words[0])
        flag = word.partition("=")[0]
        if flag in self.elsewhere:
            return f"{flag} is of no use here: {self.elsewhere[flag]}"
        if not flag.startswith("-"):
            return f"{word!r} was given, and nothing more is expected"
        shown = [
            string
            for action in self._actions
            if action.help != argparse.SUPPRESS
            for string in action.option_strings
        ]
        return f"{flag} is not known{did_you_mean(flag, shown) or '; leave it out'}"
