"""python -m benchmarks.workers: training by 1, 2, ... local worker processes.

Each number of workers trains the captioner of the harbour, so many pictures a worker
and step; then its workers sum a vector as long as a model has weights, as each step
does. On one machine the workers share its cores, and the message does not leave it.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.arguments import add_count_flags, parser_of
from captioning.cli.arguments import positive
from data_prep.errors import BadInput, exit_on_bad_input

STEPS = 20  # sums that are timed


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "workers", "Train by several local worker processes.", "--workers 1 2 4"
    )
    parser.add_argument(
        "--workers",
        type=positive,
        nargs="+",
        default=[1, 2],
        metavar="N",
        help="how many, one number after the other (default: 1 2)",
    )
    add_count_flags(
        parser,
        ("--count", 960, "pictures to train on"),
        ("--batch-size", 24, "pictures a worker and step"),
        ("--weights", 10_000_000, "length of the vector that is summed"),
    )
    parser.add_argument(
        "--task", metavar="FOLDER", help="what a worker is started with"
    )
    flags = parser.parse_args(argv)
    if flags.task:
        return _work(Path(flags.task), flags.batch_size, flags.weights)
    from data_prep.prepare import prepare

    print("workers  pictures/s  ratio  one sum of the weights, ms")
    with tempfile.TemporaryDirectory() as folder:
        prepare("harbour", None, Path(folder) / "data", count=flags.count, seed=0)
        first = None
        for number in flags.workers:
            rate, milliseconds = _run(number, folder, flags)
            first = first or rate
            print(f"{number:7}  {rate:10.1f}  {rate / first:5.2f}  {milliseconds:6.0f}")
    return 0


def _run(number: int, folder: str, flags) -> tuple[float, float]:
    """Return the pictures a second of so many workers, and milliseconds of a sum."""
    names = [f"localhost:{_free_port()}" for _ in range(number)]
    command = [sys.executable, "-m", "benchmarks.workers", "--task", folder]
    command += ["--batch-size", str(flags.batch_size), "--weights", str(flags.weights)]
    processes = []
    for index in range(number):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": names}, "task": task})
        processes.append(
            subprocess.Popen(
                command,
                env={**os.environ, "TF_CONFIG": config},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for process in processes:
        process.out, process.err = process.communicate()
        if process.returncode:
            raise BadInput(f"A worker failed: {process.err[-500:]}")
    return tuple(json.loads(processes[0].out.splitlines()[-1]))


def _work(folder: Path, batch_size: int, weights: int) -> int:
    import numpy as np
    import tensorflow as tf

    from captioning.tasks.config import override
    from captioning.tasks.registry import preset
    from captioning.training.cluster import workers_of
    from captioning.training.plans import Plan
    from captioning.training.trainer import train
    from data_prep.console import nothing_shown

    workers = workers_of("multiworker", 10.0)
    config = override(
        preset("captions", "harbour"),
        batch_size=batch_size * workers.replicas,
        epochs=2,  # the first one also builds the graph
    )
    plans = {"captions": Plan(config, folder / "data")}
    run = folder / f"{workers.count}"
    with nothing_shown():
        history = train(plans, run, workers=workers)
    captions = config.training.captions_per_image
    vector = tf.constant(np.ones(weights, np.float32))
    step = tf.function(
        lambda: workers.weighted_mean(
            lambda rows, weight: vector, lambda rows: tf.constant(1.0), ()
        ),
        autograph=False,
    )
    step()
    began = time.perf_counter()
    for _ in range(STEPS):
        step()
    milliseconds = (time.perf_counter() - began) / STEPS * 1000
    workers.any(False)
    print(json.dumps([history[-1].examples_per_second / captions, milliseconds]))
    return 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return one.getsockname()[1]


if __name__ == "__main__":
    exit_on_bad_input(main)
