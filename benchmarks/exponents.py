"""python -m benchmarks.exponents: cost as a power of the work.

Fits seconds and memory by x^e, a straight line through their logarithms: by the number
of photos of the command `captioning caption`; and, with random weights and data, by the
length of sequences, the beams and the words of the search, and the batch of a training
step. Each point is measured in a process of its own. Memory is the most that the
command and its helpers had; or the most that the work added to a process that had done
a little of the same. Linux only.
"""

import gc
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.arguments import add_names_flag, add_rounds_flag, parser_of
from benchmarks.performance.memory import scenes_in
from benchmarks.performance.timing import in_turn, spread
from benchmarks.performance.whole_process import (
    own_peak_bytes,
    peak_bytes_of,
    resident_bytes,
)
from captioning.cli.arguments import add_run_flag, check_file_to_write, positive
from data_prep.atomic import write_text
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

PHOTOS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
SEQUENCES = 32  # of every length
SEARCHED = 128  # photos in a search, one batch
SIZES = {
    "steps": (32, 64, 128, 256, 512),
    "beams": (2, 4, 8, 16, 32),
    "words": (2_000, 5_000, 10_000, 20_000, 50_000),
    "batch": (8, 16, 32, 64, 128, 256),
}
# Done first in each process, so that its memory is not that of TensorFlow.
SMALL = {"steps": 4, "beams": 1, "words": 200, "batch": 1}
QUANTITIES = {
    "photos": "photos of the command",
    "steps": f"steps of {SEQUENCES} sequences, LSTM, forward and backward",
    "beams": f"beams, {SEARCHED} photos from regions in memory",
    "words": f"words of the vocabulary, 3 beams, {SEARCHED} photos",
    "batch": "pictures of a training step, preset flickr8k, float32",
}


class Growth(NamedTuple):
    """The cost of a quantity.

    Attributes:
        quantity: in words.
        sizes: of the work.
        seconds: for each size.
        bytes: of memory at most, for each size.
    """

    quantity: str
    sizes: list[int]
    seconds: list[float]
    bytes: list[int]


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "exponents",
        "Fit seconds and memory by a power of the work: photos, steps, beams, words, "
        "batches.",
        "--json exponents.json",
        "--quantities photos --photos 100000",
    )
    add_run_flag(parser, "the captioner that comes with the project")
    add_names_flag(parser, "--quantities", QUANTITIES, "QUANTITY")
    parser.add_argument(
        "--photos",
        type=positive,
        default=10_000,
        metavar="N",
        help=f"largest number of photos, more than {PHOTOS[0]:,}, the smallest "
        "(default: 10,000)",
    )
    add_rounds_flag(parser, 3)
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the numbers there, too"
    )
    flags = parser.parse_args(argv)
    if flags.json:
        check_file_to_write("--json", flags.json, [".json"])
    if flags.photos <= PHOTOS[0]:
        raise BadInput(
            f"--photos is {flags.photos:,}; expected more than {PHOTOS[0]:,}, the "
            "smallest number that is measured."
        )
    print("| quantity | range | seconds grow as x^e | memory grows as x^e |")
    print("|---|---|---|---|", flush=True)
    found = []
    for name in flags.quantities:
        if name == "photos":
            growth = _of_photos(flags.run, photo_counts(flags.photos))
        else:
            growth = _of(name, flags.rounds)
        print(line_of(growth), flush=True)
        found.append(growth)
    if flags.json:
        write_text(flags.json, json.dumps([*map(facts_of, found)], indent=1) + "\n")
    return 0


def photo_counts(most: int) -> list[int]:
    """Return the numbers of photos up to the largest, which is one of them."""
    return [count for count in PHOTOS if count < most] + [most]


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return e of the best fit of costs by a multiple of size^e: least squares of the
    logarithms, at least two sizes."""
    slope, _ = np.polyfit(np.log(sizes), np.log(costs), 1)
    return float(slope)


def exponents_of(growth: Growth) -> tuple[float, float]:
    """Return the exponents of seconds and of memory."""
    costs = (growth.seconds, growth.bytes)
    seconds, memory = (exponent(growth.sizes, cost) for cost in costs)
    return seconds, memory


def line_of(growth: Growth) -> str:
    """Return the line of the table."""
    seconds, memory = exponents_of(growth)
    least, most = growth.sizes[0], growth.sizes[-1]
    return (
        f"| {growth.quantity} | {least:,} to {most:,} | {seconds:z.2f} "
        f"({growth.seconds[0]:.3g} to {growth.seconds[-1]:.3g} s) | {memory:z.2f} "
        f"({growth.bytes[0] / 1e6:,.0f} to {growth.bytes[-1] / 1e6:,.0f} MB) |"
    )


def facts_of(growth: Growth) -> dict:
    """Return the numbers, as they are written to a file."""
    seconds, memory = exponents_of(growth)
    return growth._asdict() | {"seconds_exponent": seconds, "memory_exponent": memory}


# === Measuring ===


def _of_photos(run: Path | None, counts: list[int]) -> Growth:
    """Measure the command, once for each number of photos."""
    seconds, peaks = [], []
    for count in counts:
        with tempfile.TemporaryDirectory() as work:
            photos = Path(work) / "photos"
            photos.mkdir()
            scenes_in(photos, count)
            command = [sys.executable, "-m", "captioning", "caption", str(photos)]
            command += ["--out", str(Path(work) / "captions.csv")]
            command += ["--run", str(run)] if run else []
            began = time.perf_counter()
            peaks.append(peak_bytes_of(command, Path.cwd(), os.environ))
            seconds.append(time.perf_counter() - began)
    return Growth(QUANTITIES["photos"], counts, seconds, peaks)


def _of(name: str, rounds: int) -> Growth:
    sizes = list(SIZES[name])
    points = [_in_own_process(name, size, rounds) for size in sizes]
    seconds, peaks = zip(*points, strict=True)
    return Growth(QUANTITIES[name], sizes, list(seconds), list(peaks))


def _in_own_process(name: str, size: int, rounds: int) -> tuple[float, int]:
    """Return the seconds of work, and its bytes of memory."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, name, size, rounds))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError as error:
        raise BadInput(
            f"{size:,} of {QUANTITIES[name]} could not be measured; what stands above "
            "says why. Leave it out by --quantities, if memory is short."
        ) from error
    finally:
        process.join()


def _send(sender: Connection, name: str, size: int, rounds: int) -> None:
    """Measure in this process, and send what was found."""
    import_tensorflow()
    _WORK[name](SMALL[name])()
    gc.collect()
    before = resident_bytes(os.getpid())
    seconds = in_turn({name: _WORK[name](size)}, rounds)[name]
    sender.send((spread(seconds).median, own_peak_bytes() - before))


def _steps(length: int) -> Callable[[], object]:
    from benchmarks.performance.recurrence import our_layer, training_pass

    return training_pass(our_layer("lstm"), (SEQUENCES, length))


def _search(beams: int, words: int) -> Callable[[], object]:
    from benchmarks.performance.training_step import REGIONS, made_up_captions
    from captioning.tasks.captions.generation import caption_rows
    from captioning.tasks.registry import preset

    captions = made_up_captions(preset("captions", "flickr8k"), words)
    find = captions.captioner(num_beams=beams, rerank=False)
    regions = np.random.default_rng(0).random((SEARCHED, *REGIONS), np.float32)
    return lambda: caption_rows(find, regions)


def _beams(beams: int) -> Callable[[], object]:
    from benchmarks.performance.training_step import VOCABULARY_SIZE

    return _search(beams, VOCABULARY_SIZE)


def _words(words: int) -> Callable[[], object]:
    return _search(3, words)


def _batch(size: int) -> Callable[[], object]:
    from benchmarks.performance.training_step import made_up_batch, our_step
    from captioning.tasks.config import override
    from captioning.tasks.registry import preset

    base = preset("captions", "flickr8k")
    config = override(base, batch_size=size, precision="float32")
    return our_step(config, made_up_batch(config, np.random.default_rng(0)))


_WORK = {"steps": _steps, "beams": _beams, "words": _words, "batch": _batch}


if __name__ == "__main__":
    exit_on_bad_input(main)
