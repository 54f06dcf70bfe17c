"""Progress, by tqdm: a bar for a terminal, lines for a log."""

from tqdm import tqdm

SECONDS_A_LINE = 30.0  # between two lines of progress where there is no terminal


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


class ProgressBar(_Progress):
    """Progress for a terminal."""

    def __init__(self, steps=None, **options):
        super().__init__(
            steps,
            **options,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} "
            "[{elapsed}<{remaining}, {steps_a_second}{postfix}]",
        )


class ProgressLines(_Progress):
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
