"""Rows about memory: the most that captioning very many photos ever holds.

`captioning.caption FOLDER` in a process of its own. The photos are small scenes of the
harbour under as many names as it takes. Once each: memory, unlike time, has no noise to
speak of. A run with the small encoder takes minutes for 100,000, one with
EfficientNet-Lite2 the better part of an hour.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.rows.row import Row
from benchmarks.rows.timing import spread
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
    """What it took to caption photos: seconds by the clock, and bytes at most."""

    seconds: float
    peak_bytes: int


def captioned(run: Path, count: int) -> Captioned:
    """Caption so many photos by the command, in a process of its own.

    Raises:
        BadInput: the command failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        _photos(Path(folder), count)
        began = time.perf_counter()
        command = [sys.executable, "-m", "captioning.caption", "--run", str(run)]
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(
                [*command, folder],
                stdout=subprocess.DEVNULL,
                stderr=said,
            ) as process,
        ):
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                last = said.read().decode("utf-8", "replace").strip()[-500:]
                raise BadInput(f"{' '.join(command)} failed: {last}")
    kibibytes = 1 if sys.platform == "darwin" else 1024  # bytes there, see getrusage(2)
    return Captioned(seconds, usage.ru_maxrss * kibibytes)


def _photos(folder: Path, count: int) -> None:
    """Fill a folder with scenes, a few of them under many names."""
    from data_prep.harbour.render import encode, render
    from data_prep.harbour.scene import sample_scene

    for number in range(min(DISTINCT, count)):
        picture, _ = render(sample_scene("train", number, seed=0))
        (folder / f"{number:06}.jpg").write_bytes(encode(picture))
    for number in range(DISTINCT, count):
        os.link(folder / f"{number % DISTINCT:06}.jpg", folder / f"{number:06}.png")
