"""Shards dealt out to the workers of a Ray cluster. Needs the package ray.

Each worker is an actor that holds the model. A shard whose worker dies is given to
another. What comes back is written here, so workers need no folder in common.
"""

import contextlib
import logging
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from typing import Any

# Ray looks at these as it is imported. Nothing is sent to its makers, and what it tells
# of itself stands in its own log files, unless a user wants it otherwise.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # as it would warn
os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")  # on a busy machine

import ray
import ray.data

from captioning.inference.shards.caption_shard import ShardCaptioner
from captioning.inference.shards.plan import as_bytes, part_of
from captioning.inference.shards.shard_files import ShardFiles
from captioning.inference.stored_results import from_line, to_line
from data_prep.console import progress
from data_prep.errors import BadInput

Row = dict[str, Any]


def caption_on_ray(
    files: ShardFiles,
    names: Sequence[str],
    captioner: ShardCaptioner,
    *,
    address: str | None = None,
    workers: int | None = None,
    threads: int = 1,
) -> None:
    """Caption the shards that are missing, each worker one at a time, and say on stderr
    how far it is. A shard has `plan.PICTURES_A_SHARD` pictures.

    Args:
        files: what the shards are written to, as they come.
        names: of the pictures of all shards.
        captioner: not loaded yet; each worker gets a copy.
        address: of a cluster, as `ray.init` takes it; None starts one on this machine,
            and stops it in the end.
        workers: how many, at most; as many as there are processors for if not given.
        threads: processors of a worker.

    Raises:
        BadInput: the cluster cannot be reached, or a shard cannot be captioned.
    """
    shards = files.plan.shards
    rows = [
        {
            "number": number,
            "names": b"".join(map(as_bytes, part_of(names, number, shards))),
        }
        for number in files.missing()
    ]
    if not rows:
        return
    num_left = sum(row["names"].count(b"\0") for row in rows)
    with (
        _cluster(address, workers, threads) as processors,
        progress(
            total=len(names),
            done=len(names) - num_left,
            label="captions",
            unit="pictures",
        ) as bar,
    ):
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        most = min(workers or max(processors // threads, 1), len(rows))
        captioned = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
            _Worker,
            fn_constructor_args=(captioner, os.getcwd()),
            compute=ray.data.ActorPoolStrategy(
                min_size=1,
                initial_size=most,
                max_size=most,
                max_tasks_in_flight_per_actor=2,  # one waits
            ),
            num_cpus=threads,
        )
        for row in captioned.iter_rows():
            if row["refused"]:
                raise BadInput(row["refused"])
            results = list(map(from_line, row["lines"]))
            files.write(row["number"], results)
            bar.update(len(results))


class _Worker:
    """An actor: holds the model, and captions the shards that it is given.

    Args:
        captioner: not loaded yet.
        folder: from which names begin, if the worker's machine has it.
    """

    def __init__(self, captioner: ShardCaptioner, folder: str):
        self._captioner = captioner
        with contextlib.suppress(OSError):
            os.chdir(folder)

    def __call__(self, row: Row) -> Row:
        names = [os.fsdecode(name) for name in row["names"].split(b"\0")[:-1]]
        lines, refused = [], ""
        try:
            lines = list(map(to_line, self._captioner(names)))
        except BadInput as error:  # as what it is, and not one of Ray's
            refused = str(error)
        return {"number": row["number"], "lines": lines, "refused": refused}


@contextlib.contextmanager
def _cluster(address: str | None, workers: int | None, threads: int) -> Iterator[int]:
    """Connect to a cluster, or start one; give the number of its processors."""
    number = str(threads)
    env = {"TF_NUM_INTRAOP_THREADS": number, "TF_NUM_INTEROP_THREADS": number}
    options: dict[str, Any] = {"address": address}
    if not address:
        options = {
            "address": "local",
            "num_cpus": workers and workers * threads,
            "include_dashboard": False,
            "object_store_memory": 2**28,  # names and captions are small
        }
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        _check_answers(address)
        ray.init(
            **options,
            runtime_env={"env_vars": env},
            log_to_driver=False,
            logging_level="ERROR",
        )
    except OSError as error:
        raise BadInput(
            f"no Ray cluster answers at {address} ({error}); expected the address of "
            "one: check it, or leave --address out to use this machine."
        ) from error
    signal.signal(signal.SIGTERM, on_sigterm)  # Ray has its own
    try:
        yield int(ray.cluster_resources().get("CPU", 1))
    finally:
        ray.shutdown()


def _check_answers(address: str | None) -> None:
    """Raise OSError if nothing answers at HOST:PORT, for which Ray waits minutes."""
    host, _, port = (address or "").rpartition(":")
    if port.isdecimal() and "/" not in host:
        socket.create_connection((host, int(port)), timeout=10).close()
