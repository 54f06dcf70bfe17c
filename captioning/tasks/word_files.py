"""Files of the words that a model answers with, one a line, in its outputs' order."""

from collections.abc import Iterable
from pathlib import Path

from data_prep.atomic import read_whole, write_text
from data_prep.errors import BadInput


def save_words(path: Path, words: Iterable[str]) -> None:
    """Write a list of words."""
    write_text(path, "".join(f"{word}\n" for word in words))


def load_words(path: Path) -> tuple[str, ...]:
    """Read what `save_words` wrote.

    Raises:
        BadInput: it is missing or no text.
    """
    try:
        # Not split(): "sailing boat" is one thing.
        return tuple(read_whole(path).decode("utf-8").rstrip("\n").split("\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error}); expected a run's list of words. "
            "Restore the file, or train again."
        ) from error
