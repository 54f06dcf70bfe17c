"""Texts that users give: arguments, a file of lines, or standard input.

They come from outside and may be anything. A text that cannot be read stops no other:
it comes with a sentence that says what is wrong with it.
"""

import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from data_prep.errors import BadInput
from data_prep.text.clean import clean

LONGEST_LINE = 1 << 20  # bytes; a line that is longer is not text
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class InputText(NamedTuple):
    """A text, cleaned (`data_prep.text.clean`), or what is wrong with it.

    Attributes:
        where: it was found, as a sentence would begin: "line 3 of diary.txt".
        text: can always be encoded; of a bad one, what can be shown of it.
        error: one sentence; "" if the text can be read.
    """

    where: str
    text: str
    error: str = ""


def of_arguments(arguments: Sequence[str]) -> Iterator[InputText]:
    """Yield each argument as a text."""
    for number, argument in enumerate(arguments, start=1):
        where = "the text" if len(arguments) == 1 else f"text {number}"
        try:  # Python reads bytes of the command line that are no UTF-8 as surrogates
            raw = argument.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raw = argument.encode("utf-8", "surrogatepass")
        yield _checked(where, raw)


def of_file(path: Path) -> Iterator[InputText]:
    """Yield each line of a file as a text.

    Raises:
        BadInput: at once, if the file cannot be opened, or is empty.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected a file with one text "
            "a line. Check --file."
        ) from error
    return _lines(file, str(path))


def of_standard_input() -> Iterator[InputText]:
    """Yield each line of standard input as a text.

    Raises:
        BadInput: at once, if it is a terminal, where the user has typed nothing, or
            ends before anything came.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise BadInput(
            "No text was given; expected some. Write it in quotes behind the command, "
            "name a file by --file, or pipe lines in."
        )
    return _lines(sys.stdin.buffer, "standard input")


def _lines(file: BinaryIO, name: str) -> Iterator[InputText]:
    texts = _texts(file, name)
    first = next(texts, None)
    if first is None:
        raise BadInput(f"{name} is empty; expected one text a line. Give some.")
    return itertools.chain([first], texts)


def _texts(file: BinaryIO, name: str) -> Iterator[InputText]:
    with file:
        for number in itertools.count(1):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return
            where = f"line {number} of {name}"
            if len(line) > LONGEST_LINE:
                error = (
                    f"{where} has more than {LONGEST_LINE:,} bytes; expected one text "
                    "a line. Nothing was read from there on: break it into lines."
                )
                yield InputText(where, "", error)
                return
            if number == 1:
                line = line.removeprefix(_BYTE_ORDER_MARK)
            yield _checked(where, line)


def _checked(where: str, raw: bytes) -> InputText:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = " ".join(raw.decode("utf-8", "backslashreplace").split())
        return InputText(
            where,
            shown,
            f"{where} is not UTF-8 (byte {raw[error.start]:#04x} at place "
            f"{error.start + 1}); expected text in UTF-8. Save or type it so.",
        )
    if "\0" in text:
        return InputText(
            where,
            clean(text.replace("\0", "\\x00")),
            f"{where} holds a NUL byte, as UTF-16 and programs do; expected text in "
            "UTF-8. Save it so.",
        )
    text = clean(text)
    if not text:
        return InputText(
            where, "", f"{where} is empty; expected at least one word. Leave it out."
        )
    return InputText(where, text)
