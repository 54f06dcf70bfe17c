"""The parser of all commands: what is not known is refused, with a suggestion."""

import argparse
import difflib
import textwrap
from collections.abc import Mapping, Sequence
from typing import NoReturn

from data_prep.errors import printable

WIDTH = 79  # of a description; examples keep their own line ends


class Parser(argparse.ArgumentParser):
    """`argparse` with one-line errors. Flags must be written out in full.

    `elsewhere` says of a flag why it is not among those of this command.
    """

    def __init__(self, *, elsewhere: Mapping[str, str] | None = None, **options):
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        if "description" in options:
            options["description"] = textwrap.fill(options["description"], WIDTH)
        super().__init__(allow_abbrev=False, **options)
        self.elsewhere = elsewhere or {}

    def parse_args(self, args: Sequence[str] | None = None, namespace=None):
        flags, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(self._unknown(unknown))
        return flags

    def error(self, message: str) -> NoReturn:
        """Print the reason on one line and leave with exit status 2."""
        end = "" if message.endswith(("?", ".")) else "."
        reason = f"{printable(message)}{end} See {self.prog} --help."
        self.exit(2, f"error: {reason}\n")

    def _unknown(self, words: Sequence[str]) -> str:
        word = next((word for word in words if word.startswith("-")), words[0])
        flag = word.partition("=")[0]
        if flag in self.elsewhere:
            return f"{flag} is of no use here: {self.elsewhere[flag]}"
        shown = [
            string
            for action in self._actions
            if action.help != argparse.SUPPRESS
            for string in action.option_strings
        ]
        # A beginning of a flag is what an abbreviation was meant to be.
        close = [known for known in shown if len(flag) > 3 and known.startswith(flag)]
        close = close or difflib.get_close_matches(flag, shown, n=1)
        if not flag.startswith("-"):
            return f"{word!r} was given, and nothing more is expected"
        if close:
            return f"{flag} is not known; did you mean {close[0]}?"
        return f"{flag} is not known; leave it out"
