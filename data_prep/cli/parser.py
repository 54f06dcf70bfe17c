"""The parser of all commands: what is not known is refused, with a suggestion."""

import argparse
import textwrap
from collections.abc import Mapping, Sequence
from typing import NoReturn

from data_prep.cli.did_you_mean import did_you_mean
from data_prep.errors import BadInput, as_typed, printable

WIDTH = 79  # of a description; examples keep their own line ends


class Parser(argparse.ArgumentParser):
    """`argparse` with one-line errors. Flags must be written out in full.

    `elsewhere` says of a flag why it is not among those of this command.
    """

    def __init__(self, *, elsewhere: Mapping[str, str] | None = None, **options):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        if "description" in options:
            options["description"] = textwrap.fill(options["description"], WIDTH)
        for text in {"prog", "epilog"} & set(options):
            options[text] = as_typed(options[text] or "")
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
