"""What commands show on stderr: progress, and lines beside it."""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from data_prep.errors import printable

if TYPE_CHECKING:
    from tqdm import tqdm

_shown = True  # see `nothing_shown`


def progress(
    steps: Iterable | None = None,
    *,
    total: int | None = None,
    label: str = "",
    unit: str = "",
    done: int = 0,
    shown: bool = True,
) -> "tqdm":
    """Return a `tqdm`: a bar on a terminal, else a line every half minute.

    Work that takes less than half a minute leaves no line in a log. Use it in a `with`,
    or iterate over it; `update(n)` counts steps.

    Args:
        steps: what to iterate over, if anything.
        total: how many there are; the length of `steps` if not given.
        label: what is being done.
        unit: what the steps are, in the plural.
        done: how many were taken before.
        shown: False shows nothing.
    """
    # Imported here, for a command about one photo shows no progress, and would import
    # tqdm in a tenth of its time.
    from data_prep.console.bars import ProgressBar, ProgressLines

    kind = ProgressBar if sys.stderr.isatty() else ProgressLines
    return kind(
        steps,
        total=total,
        desc=label or None,
        unit=f" {unit}" if unit else "it",
        initial=done,
        disable=not (shown and _shown),
        file=sys.stderr,
    )


def say(line: str, file: TextIO | None = None) -> None:
    """Print a line at once (on stderr if not told), above a progress bar; characters
    that are not printable are shown escaped."""
    if not _shown:
        return
    file = sys.stderr if file is None else file
    # Where tqdm was not imported there is no bar to write above.
    bar = getattr(sys.modules.get("tqdm"), "tqdm", None)
    write = bar.write if bar else print
    write(printable(line), file=file)
    file.flush()


@contextlib.contextmanager
def nothing_shown() -> Iterator[None]:
    """In this block `say` and `progress` show nothing: of several processes that do the
    same, one tells it."""
    global _shown
    before, _shown = _shown, False
    try:
        yield
    finally:
        _shown = before
