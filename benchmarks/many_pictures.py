"""python -m benchmarks.many_pictures: thousands of pictures in one run, and in one that
is killed again and again.

A folder of photos, each under several names, is captioned once without a stop, as the
memory of the command and its helpers is read each second; and once more with SIGKILL at
random moments, and ``--resume``. Both must write the same file, with each picture once,
in order. Linux only.
"""

import csv
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.arguments import parser_of
from benchmarks.performance.whole_process import resident_bytes
from captioning.cli.arguments import positive
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.pictures.folders import find_pictures

WARM = 2_000  # pictures after which memory has to be flat


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "many_pictures",
        "Caption many pictures in one run, and in one that is killed and resumed.",
        "data/Flickr8k/Images --count 20000",
    )
    parser.add_argument("photos", type=Path, metavar="FOLDER", help="of photos")
    for name, default, what in (
        ("--count", 20_000, "pictures"),
        ("--kills", 5, "of the second run"),
        ("--seed", 0, "of the moments"),
    ):
        parser.add_argument(
            name,
            type=positive if default else int,
            default=default,
            metavar="N",
            help=f"{what} (default: {default:,})",
        )
    flags = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "photos"
        names = linked(flags.photos, folder, flags.count)
        whole, killed = Path(work) / "whole.csv", Path(work) / "killed.csv"
        run = _captioned(folder, whole)
        print(
            f"{len(names):,} pictures in {run.seconds:,.0f} s, "
            f"{len(names) / run.seconds:.1f} a second"
        )
        print(
            f"memory: {run.warm / 2**20:.0f} MiB after {WARM:,} pictures, at most "
            f"{run.most / 2**20:.0f} MiB later ({run.most / run.warm - 1:+.1%})"
        )
        generator = random.Random(flags.seed)
        moments = sorted(generator.random() for _ in range(flags.kills))
        done = 0.0
        for moment in moments:
            _captioned(folder, killed, (moment - done) * run.seconds)
            done = moment
        _captioned(folder, killed)
        is_equal = killed.read_bytes() == whole.read_bytes()
        with open(whole, newline="", encoding="utf-8") as file:
            said = [Path(row["image"]).name for row in csv.DictReader(file)]
        in_order = said == names
        verdict = "equal" if is_equal else "NOT equal"
        print(f"killed {flags.kills} times: the file is {verdict}")
        print(f"each picture once, in order: {'yes' if in_order else 'NO'}")
    return 0 if is_equal and in_order else 1


def linked(photos: Path, folder: Path, count: int) -> list[str]:
    """Fill a folder with links to photos, and return the names in their order."""
    folder.mkdir()
    files = list(find_pictures([photos]))
    if not files:
        raise BadInput(f"{photos} has no photos; expected some: name another folder.")
    names = [
        f"{turn:03}-{file.name}"
        for turn in range(-(-count // len(files)))
        for file in files
    ][:count]
    for name, file in zip(names, itertools.cycle(files)):
        (folder / name).symlink_to(file.resolve())
    return names


class Captioned(NamedTuple):
    """A run that was not killed: seconds, and bytes of memory, after the first pictures
    and at most from then on."""

    seconds: float
    warm: int
    most: int


def _captioned(folder: Path, out: Path, kill_after: float | None = None) -> Captioned:
    """Caption a folder into a file with ``--resume``; kill the command after so many
    seconds, if it is not done."""
    command = [sys.executable, "-m", "captioning.caption", str(folder)]
    command += ["--out", str(out), "--no-rerank", "--resume"]
    part = out.with_name(f".{out.name}.part")
    began, warm, most = time.monotonic(), 0, 0
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None:
        time.sleep(1)
        seconds = time.monotonic() - began
        if kill_after is not None and seconds > kill_after:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            say(f"killed after {seconds:.0f} s, {_lines(part):,} pictures done")
            return Captioned(seconds, warm, most)
        memory = resident_bytes(process.pid)
        if warm:
            most = max(most, memory)
        elif _lines(part) > WARM:
            warm = most = memory
    if process.returncode:
        raise BadInput(f"{' '.join(command)} ended with {process.returncode}.")
    return Captioned(time.monotonic() - began, warm, most)


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


if __name__ == "__main__":
    exit_on_bad_input(main)
