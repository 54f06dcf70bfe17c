"""What commands show on stderr: progress, and lines beside it."""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

from tqdm import tqdm

from data_prep.errors import printable

_shown = True  # see `nothing_shown`
SECONDS_A_LINE = 30.0  # between two lines of progress where there is no terminal


def progress(
    steps: Iterable | None = None,
    *,
    total: int | None = None,
    label: str = "",
    unit: str = "",
    done: int = 0,
    shown: bool = True,
) -> tqdm:
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
    kind = _ProgressBar if sys.stderr.isatty() else _ProgressLines
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
    tqdm.write(printable(line), file=file)
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


class _Progress(tqdm):
    """A `tqdm` whose rate is always one of steps a second, as in "0.033 steps/s"."""

    @property
    def format_dict(self):
        facts = super().format_dict
        rate, done = facts["rate"], self.n - self.initial
        if facts["elapsed"] and (not rate or self.n == self.total):
            rate = done / facts["elapsed"]  # of all steps
        digits = ",.0f" if rate and rate >= 10 else ".2g"
        shown = format(rate, digits) if rate else "?"
        left = ""
        if rate and self.total and done > 1:  # the first step may be a slow one
            left = f", {self.format_interval((self.total - self.n) / rate)} left"
        return {**facts, "steps_a_second": f"{shown}{self.unit}/s", "left": left}


class _ProgressBar(_Progress):
    """Progress for a terminal."""

    def __init__(self, steps=None, **options):
        super().__init__(
            steps,
            **options,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} "
            "[{elapsed}<{remaining}, {steps_a_second}{postfix}]",
        )


class _ProgressLines(_Progress):
    """Progress for a log: lines, with rate and time left."""

    monitor_interval = 0  # no thread is needed to redraw a line

    def __init__(self, steps=None, **options):
        self._told = None  # the step that the last line was about
        super().__init__(
            steps,
            **options,
            delay=SECONDS_A_LINE,
            mininterval=SECONDS_A_LINE,
            miniters=1,
            bar_format="{desc}: {n_fmt}/{total_fmt}{unit}, {steps_a_second}{left}"
            "{postfix}",
        )

    def display(self, msg=None, pos=None):
        if self.disable or msg == "":  # asked to clear a bar
            return
        self._told = self.n
        print(str(self).removeprefix(": "), file=self.fp, flush=True)

    def refresh(self, nolock=False, lock_args=None):
        if not nolock:  # else `tqdm.write` asks, after it printed another line
            self.display()

    def clear(self, nolock=False):
        """There is no bar to clear."""

    def close(self):
        if not self.disable and self._told not in (None, self.n):
            self.display()  # how it ended, for a reader of the lines before
        self.leave = False
        super().close()
