"""Text from outside in one form: NFC, without control characters, single spaces.

"é" may be one character or two, a letter and its accent; Macs name files in the second
form (NFD), nearly all else writes the first (NFC; Unicode Standard Annex 15). A control
character would cut a text, or steer a terminal.
"""

import unicodedata


def nfc(text: str) -> str:
    """Return a text with letters and accents as single characters where there are
    such."""
    return unicodedata.normalize("NFC", text)


def has_controls(text: str) -> bool:
    """Return whether a text has control characters that are no white space."""
    return any(map(_is_control, text))


def clean(text: str) -> str:
    """Return a text in NFC, without control characters, and with one space between
    words, also of other white space; "" if there are none."""
    if has_controls(text):
        text = "".join(c for c in text if not _is_control(c))
    return " ".join(nfc(text).split())


def forms(name: str) -> tuple[str, ...]:
    """Return a name as it is, in NFC and in NFD, each once."""
    return tuple(dict.fromkeys((name, nfc(name), unicodedata.normalize("NFD", name))))


def folded(name: str) -> str:
    """Return a name in the form in which it equals those that differ from it in
    capitals, or in the form of Unicode."""
    return nfc(name).casefold()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and not character.isspace()
