"""python -m benchmarks.many_records: ten thousand to a million records, and one epoch.

Tiny pictures with five captions of twelve words are written as a prepared data set and
cached; then one epoch is read, shuffled, by the functions that train the captioner. Of
each step: records a second of processor time, which other programs hardly change, and
the most memory of its process, without the files that it maps. Linux only. A million
records take 3 GB of disk.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arguments import parser_of
from captioning.cli.arguments import positive
from data_prep.errors import BadInput, exit_on_bad_input

SIDE = 16  # pixels
DISTINCT = 100  # pictures, each under many names
CAPTIONS, WORDS, VOCABULARY = 5, 12, 5_000
BATCH = 32  # pictures a step, as of the preset flickr8k
STEPS = ("write", "cache", "epoch")


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "many_records",
        "Write, cache and read data sets of many tiny pictures.",
        "--counts 10000 100000 1000000",
    )
    parser.add_argument(
        "--counts",
        type=positive,
        nargs="+",
        default=[10_000, 100_000, 1_000_000],
        metavar="N",
        help="pictures, one number after the other (default: 10000 100000 1000000)",
    )
    parser.add_argument("--step", choices=STEPS, help="one, in this process")
    parser.add_argument("--folder", type=Path, help="of the step")
    flags = parser.parse_args(argv)
    if flags.step and not flags.folder:
        raise BadInput("--step needs --folder, where the data set is; give both.")
    if len(set(flags.counts)) < len(flags.counts):
        raise BadInput("--counts has a number twice; expected different ones.")
    if flags.step:
        step = {"write": _write, "cache": _cache, "epoch": _epoch}[flags.step]
        print(json.dumps(step(flags.folder, flags.counts[0])))
        return 0
    before: dict[str, dict[str, float]] = {}
    for place, count in enumerate(flags.counts):
        with tempfile.TemporaryDirectory() as folder:
            for step in STEPS:
                for name, (seconds, memory) in _run(step, folder, count).items():
                    line = f"{count:9,}  {name:<28} {count / seconds:8,.0f} a second"
                    line += f" {memory / 2**20:7,.0f} MiB"
                    if place:
                        more = memory - before[name]["memory"]
                        more /= count - before[name]["count"]
                        line += f"  {more:+6,.0f} bytes a record"
                    print(line, flush=True)
                    before[name] = {"memory": memory, "count": count}
    return 0


def _run(step: str, folder: str, count: int) -> dict[str, list[float]]:
    """Take a step in a process of its own; return seconds and bytes of its parts."""
    command = [sys.executable, "-m", "benchmarks.many_records", "--step", step]
    command += ["--folder", folder, "--counts", str(count)]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        raise BadInput(f"{step} of {count:,} failed: {answer.stderr[-500:]}")
    return json.loads(answer.stdout.splitlines()[-1])


def _measured(work: Callable[[], Any]) -> tuple[Any, list[float]]:
    """Return what work returns, its seconds of processor time, and the most memory
    meanwhile."""
    most, is_done = 0, threading.Event()

    def watch():
        nonlocal most
        while not is_done.wait(0.02):
            most = max(most, _memory())

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.process_time()
    try:
        found = work()
    finally:
        seconds = time.process_time() - began
        is_done.set()
        watching.join()
    return found, [seconds, max(most, _memory())]


def _memory() -> int:
    """Return the resident memory of this process that is not of mapped files."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    raise BadInput("/proc/self/status has no RssAnon; expected Linux.")


# === Steps ===


def _write(folder: Path, count: int) -> dict[str, list[float]]:
    from data_prep.prepare import IMAGES_PER_SHARD
    from data_prep.prepared.checksums import file_sha256
    from data_prep.prepared.dataset_info import DatasetInfo
    from data_prep.prepared.write_split import write_pictures
    from data_prep.text.vocabulary import Vocabulary
    from data_prep.text.word_splitting import STANDARDISATION

    def work() -> None:
        splits = {}
        for split, number in (("dev", 1), ("test", 1), ("train", count)):
            splits[split], texts = write_pictures(
                _examples(split, number), folder, split, IMAGES_PER_SHARD, None
            )
        vocabulary = Vocabulary.build(texts, 1)
        vocabulary.save(folder / Vocabulary.FILE)
        DatasetInfo(
            name="many_records",
            source="",
            splits=splits,
            standardisation=STANDARDISATION,
            vocabulary_size=len(vocabulary),
            vocabulary_sha256=file_sha256(folder / Vocabulary.FILE),
            min_count=1,
            skipped={},
            notes={},
        ).save(folder)

    return {"written": _measured(work)[1]}


def _examples(split: str, count: int) -> Iterator:
    from PIL import Image

    from data_prep.examples import RawExample
    from data_prep.harbour.render import encode

    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (DISTINCT, SIDE, SIDE, 3), np.uint8)
    pictures = [encode(Image.fromarray(one)) for one in pixels]
    words = np.array([f"w{number}" for number in range(VOCABULARY)], object)
    for number in range(count):
        chosen = generator.integers(VOCABULARY, size=(CAPTIONS, WORDS))
        captions = tuple(" ".join(words[row]) for row in chosen)
        name = f"{split}-{number:08}.jpg"
        yield RawExample(name, split, captions, pictures[number % DISTINCT])


def _cache(folder: Path, count: int) -> dict[str, list[float]]:
    from data_prep.pipeline.features import cached, pixels

    return {"cached": _measured(lambda: cached(folder, "train", pixels(SIDE)))[1]}


def _epoch(folder: Path, count: int) -> dict[str, list[float]]:
    """Do what `captioning.tasks.captions.task` does before and in an epoch."""
    from data_prep.pipeline.features import cached, pixels
    from data_prep.pipeline.image_batches import tokenized, training_batches
    from data_prep.prepared.captions import load_captions
    from data_prep.text.vocabulary import Vocabulary

    vocabulary = Vocabulary.load(folder / Vocabulary.FILE)
    captions, reading = _measured(lambda: load_captions(folder, "train").captions)
    token_ids, looking_up = _measured(partial(tokenized, captions, vocabulary, 20))
    del captions
    rows = cached(folder, "train", pixels(SIDE))

    def epoch() -> np.ndarray:
        batches = training_batches(
            [rows], token_ids, images_per_batch=BATCH, seed=0, epoch=0
        )
        return np.concatenate([batch.image_numbers for batch in batches])

    places, training = _measured(epoch)
    if sorted(places) != list(range(count)) or places[:9].tolist() == [*range(9)]:
        raise BadInput("an epoch had other pictures than each once, shuffled.")
    return {"captions read": reading, "captions as ids": looking_up, "epoch": training}


if __name__ == "__main__":
    exit_on_bad_input(main)
