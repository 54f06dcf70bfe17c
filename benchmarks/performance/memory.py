"""Rows about memory: the peak memory of captioning very many photos.

`captioning.caption FOLDER` runs in a process of its own. The photos are 100 small
scenes of the harbour under many names. Each number of photos is measured once, because
memory hardly varies. A run with the small encoder takes minutes for 100,000 photos, one
with EfficientNet-Lite2 most of an hour.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.performance.row import Row
from benchmarks.performance.timing import spread
from data_prep.errors import BadInput

FEW, MANY = 1_000, 100_000
DISTINCT = 100


def rows(run: Path, rounds: int):
    """Yield the row; `rounds` is not used."""
    peaks = {count: captioned(run, count).peak_bytes for count in (FEW, MANY)}
    yield Row(
        f"peak memory captioning {MANY:,} photos",
        f"the same for {FEW:,}",
        spread([peaks[MANY] / peaks[FEW]]),
        1.1,
        at_most=True,
        absolute=f"{peaks[MANY] / 1e6:.0f} MB against {peaks[FEW] / 1e6:.0f}",
    )


class Captioned(NamedTuple):
    """The cost of captioning photos: seconds by the clock, and peak memory in bytes."""

    seconds: float
    peak_bytes: int


# The peak that Linux reports for a child (getrusage) includes the parent's memory. So
# the child writes its own peak to a file when it ends.
_REPORTING = """
import atexit, re, runpy, sys

def report(path=sys.argv.pop(1)):
    with open("/proc/self/status") as status, open(path, "w") as file:
        file.write(re.search(r"VmHWM:\\s*(\\d+) kB", status.read()).group(1))

atexit.register(report)
runpy.run_module("captioning.caption", run_name="__main__", alter_sys=True)
"""


def captioned(run: Path, count: int) -> Captioned:
    """Caption `count` photos with the command, in a process of its own; on Linux.

    Raises:
        BadInput: the command failed, or the system is not Linux.
    """
    if not Path("/proc/self/status").exists():
        raise BadInput(
            "Memory is read from /proc/self/status, which does not exist; expected "
            "Linux: leave --rows memory out."
        )
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.NamedTemporaryFile("r") as report,
    ):
        scenes_in(Path(folder), count)
        began = time.perf_counter()
        answer = subprocess.run(
            [sys.executable, "-c", _REPORTING, report.name, "--run", str(run), folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        seconds = time.perf_counter() - began
        if answer.returncode:
            last = answer.stderr.decode("utf-8", "replace").strip()[-500:]
            raise BadInput(f"captioning.caption --run {run} failed: {last}")
        return Captioned(seconds, 1024 * int(report.read()))


def scenes_in(folder: Path, count: int) -> None:
    """Fill a folder with scenes of the harbour, each under many names."""
    from data_prep.harbour.render import encode, render
    from data_prep.harbour.scene import sample_scene

    for number in range(min(DISTINCT, count)):
        picture, _ = render(sample_scene("train", number, seed=0))
        (folder / f"{number:06}.jpg").write_bytes(encode(picture))
    for number in range(DISTINCT, count):
        os.link(folder / f"{number % DISTINCT:06}.jpg", folder / f"{number:06}.png")
