"""python -m benchmarks.one_photo: how soon is one photo captioned?

The whole process, from Python's start to its end, by the clock, two ways:

- litert: `captioning.caption --model FILE.tflite`, which imports no TensorFlow.
- tensorflow: `captioning.caption --run RUN`.

In turn, so that whatever else the machine does meets both. Prints the seconds of each,
and how many times the second takes.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7  # of each way, in turn: the median forgives a busy machine


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.one_photo",
        description="Time the command that captions one photo, with and without "
        "TensorFlow.",
        epilog="example:\n  python -m benchmarks.one_photo --run runs/flickr8k p.jpg",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--run", type=Path, required=True, help="a run with captions")
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="a picture")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="default: %(default)s"
    )
    flags = parser.parse_args()
    times, said = measure(flags.run, flags.photo, flags.rounds)
    for way, seconds in times.items():
        median, low, high = statistics.median(seconds), min(seconds), max(seconds)
        print(f"{way:<11} {median:6.2f} s ({low:.2f} to {high:.2f})")
    pairs = zip(times["tensorflow"], times["litert"], strict=True)
    ratio = statistics.median(slow / fast for slow, fast in pairs)
    print(f"tensorflow / litert: {ratio:.1f}")
    same = len(set(said.values())) == 1
    print("both say the same" if same else f"they say different things: {said}")


def measure(run: Path, photo: Path, rounds: int):
    """Return by way the seconds of each round, and what was said."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "captioner.tflite"
        _call("captioning.export", "--run", run, "--format", "litert", "--out", model)
        ways = {"litert": ("--model", model), "tensorflow": ("--run", run)}
        times: dict[str, list[float]] = {way: [] for way in ways}
        said = {}
        for round_ in range(rounds + 1):
            for way, arguments in ways.items():
                began = time.perf_counter()
                said[way] = _call("captioning.caption", *arguments, photo)
                if round_:  # the first one filled the file cache
                    times[way].append(time.perf_counter() - began)
    return times, said


def _call(module: str, *arguments) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    if answer.returncode:
        sys.exit(f"python -m {module} failed: {answer.stderr}")
    return answer.stdout


if __name__ == "__main__":
    main()
