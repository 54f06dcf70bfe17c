"""The suggestion behind a name that is not known: "; did you mean --units?"."""

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean NAME?" of the known name that is closest, "" if none is.

    A name that begins with the whole of the given one is what an abbreviation meant.
    """
    known = list(known)
    close = [other for other in known if len(name) > 3 and other.startswith(name)]
    close = close or difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
