"""python -m benchmarks.shards: thousands of pictures by many workers, some killed.

A folder of photos, each under several names, is captioned by one process; by the
workers of Ray on this machine, one of which is killed twice; and by shards, several at
a time, one of which is killed, so that the commands which ``captioning merge`` names
make what is missing. All three must write the same file, with each picture once, in
order. Linux only.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.arguments import add_count_flags, parser_of
from benchmarks.many_pictures import linked
from captioning.inference.shards.plan import number_of_shards
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input

CAPTION = [sys.executable, "-m", "captioning", "caption"]
MERGE = [sys.executable, "-m", "captioning", "merge"]


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "shards",
        "Caption many pictures by one process, by Ray's workers, and by shards.",
        "data/Flickr8k/Images --count 2000 --workers 4",
    )
    parser.add_argument("photos", type=Path, metavar="FOLDER", help="of photos")
    add_count_flags(
        parser,
        ("--count", 2_000, "pictures"),
        ("--workers", 4, "of Ray, and shards that are captioned at a time"),
    )
    parser.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="what captions (default: the captioner that comes with the project)",
    )
    flags = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "photos"
        names = linked(flags.photos, folder, flags.count)
        files = [Path(work) / f"{way}.jsonl" for way in ("one", "ray", "shards")]
        seconds = []
        for file, way in zip(files, (_by_one, _by_ray, _by_shards), strict=True):
            began = time.monotonic()
            command = [*CAPTION, str(folder), "--out", str(file), "--no-rerank"]
            command += ["--run", str(flags.run.resolve())] if flags.run else []
            way(command, file, Work(flags.workers, number_of_shards(len(names))))
            seconds.append(time.monotonic() - began)
            ratio = seconds[0] / seconds[-1]
            print(
                f"{file.stem}: {flags.count:,} pictures in {seconds[-1]:,.0f} s, "
                f"{flags.count / seconds[-1]:.1f} a second, {ratio:.2f} times one's",
                flush=True,
            )
        contents = [file.read_bytes() for file in files]
        said = [
            Path(json.loads(line)["image"]).name for line in contents[0].splitlines()
        ]
    is_equal, in_order = len(set(contents)) == 1, said == names
    print(f"the three files are {'equal' if is_equal else 'NOT equal'}")
    print(f"each picture once, in order: {'yes' if in_order else 'NO'}")
    return 0 if is_equal and in_order else 1


class Work(NamedTuple):
    """How many workers there are, and how many shards."""

    workers: int
    shards: int


def _by_one(command: list[str], out: Path, work: Work) -> None:
    _wait(_start(command))


def _by_ray(command: list[str], out: Path, work: Work) -> None:
    driver = _start([*command, "--engine", "ray", "--workers", str(work.workers)])
    for part in (1 / 3, 2 / 3):
        _until(driver, lambda part=part: _num_shards(out) >= part * work.shards)
        victim = max(pid for pid in _below(driver.pid) if _is_worker(pid))
        os.kill(victim, signal.SIGKILL)
        say(f"killed a worker of Ray, {_num_shards(out)} of {work.shards} shards done")
    _wait(driver)


def _by_shards(command: list[str], out: Path, work: Work) -> None:
    commands = [
        [*command, "--threads", "1", "--shard", f"{number + 1}/{work.shards}"]
        for number in range(work.shards)
    ]
    _run(commands, work.workers, kill_at=work.shards // 2)
    merged = subprocess.run([*MERGE, str(out)], capture_output=True, text=True)
    again = [line.split() for line in merged.stdout.splitlines()]
    if merged.returncode != 2 or not again:
        raise BadInput(f"a shard was killed, and merge said: {merged.stderr}")
    say(merged.stderr.strip())
    _run([[sys.executable, *words[1:]] for words in again], work.workers)
    _wait(_start([*MERGE, str(out)]))


def _run(commands: list[list[str]], workers: int, kill_at: int | None = None) -> None:
    """Run commands, so many at a time; kill one of them in the middle of its work."""
    running: list[subprocess.Popen] = []
    for number, command in enumerate(commands):
        if len(running) == workers:
            running.pop(0).wait()
        running.append(_start(command))
        if number == kill_at:
            time.sleep(2)
            os.killpg(running[-1].pid, signal.SIGKILL)
            say(f"killed: {' '.join(command[-2:])}")
    for process in running:
        process.wait()


def _start(command: list[str]) -> subprocess.Popen:
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)


def _wait(process: subprocess.Popen) -> None:
    if process.wait():
        raise BadInput(f"{process.args} ended with {process.returncode}.")


def _until(process: subprocess.Popen, is_so: Callable[[], bool]) -> None:
    while not is_so():
        if process.poll() is not None:
            raise BadInput(f"{process.args} ended before a worker was killed.")
        time.sleep(0.2)


def _num_shards(out: Path) -> int:
    return len(list(out.with_name(f"{out.name}.shards").glob("*.jsonl")))


def _is_worker(process: int) -> bool:
    try:
        return b"MapWorker" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return False


def _below(process: int) -> Iterator[int]:
    """Yield the children of a process, and theirs."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return
    for child in map(int, children.split()):
        yield child
        yield from _below(child)


if __name__ == "__main__":
    exit_on_bad_input(main)
