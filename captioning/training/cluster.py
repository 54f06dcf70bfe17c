"""The cluster: which workers there are, from `TF_CONFIG` or SLURM's variables."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Mapping

import tensorflow as tf

from captioning.training.workers import ALONE, Workers
from data_prep.console import say
from data_prep.errors import BadInput

LARGEST_NODE = 1024  # tasks on one node without GPUs


def workers_of(strategy: str | None, minutes: float) -> Workers:
    """Return the workers of a strategy, once all of them are there.

    Args:
        strategy: "mirrored", all devices of this process; "multiworker", several
            processes; None, this process on one device.
        minutes: how long to wait for the others, now and later.

    Raises:
        BadInput: the environment does not say which workers there are, or TensorFlow
            was used before.
    """
    if strategy is None:
        return ALONE
    if strategy == "mirrored":
        return Workers(tf.distribute.MirroredStrategy())
    resolver = _resolver()
    index, count = _place(resolver)
    say(
        f"waiting for {count} workers, {minutes:g} minutes at most; a worker that "
        "waits longer is ended by SIGALRM, status 142"
    )
    # `waiting` needs no strategy yet.
    with _ended_by_signals(minutes), Workers(None, index, count, minutes).waiting():
        try:
            found = tf.distribute.MultiWorkerMirroredStrategy(resolver)
        except RuntimeError as error:
            raise BadInput(
                f"The workers cannot be connected ({error}); expected to connect them "
                "before anything is computed. Train in a new process."
            ) from error
    return Workers(found, index, count, minutes)


@contextlib.contextmanager
def _ended_by_signals(minutes: float) -> Iterator[None]:
    """In this block, in which TensorFlow waits and lets no Python run, Ctrl-C ends the
    process at once, and so does the end of the time."""
    # SIGTERM: TensorFlow sets a handler of its own, which is replaced at the end.
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    try:
        before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
        signal.setitimer(signal.ITIMER_REAL, 60 * minutes)
    except ValueError:  # not the main thread
        before = {}
    try:
        yield
    finally:
        if before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _resolver() -> tf.distribute.cluster_resolver.ClusterResolver:
    resolvers = tf.distribute.cluster_resolver
    try:
        if os.environ.get("TF_CONFIG"):
            return resolvers.TFConfigClusterResolver()
        if "SLURM_PROCID" in os.environ:
            if shutil.which("nvidia-smi"):
                return resolvers.SlurmClusterResolver()
            # It deals out GPUs to the tasks of a node; without, it is told of many.
            return resolvers.SlurmClusterResolver(
                gpus_per_node=LARGEST_NODE, gpus_per_task=1, auto_set_gpu=False
            )
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        raise BadInput(
            f"SLURM's variables name no workers ({error}); expected those that srun "
            "sets. Start the workers by srun."
        ) from error
    raise BadInput(
        "--strategy multiworker was given, and neither TF_CONFIG nor SLURM's variables "
        "are set; expected them to name the workers. Set TF_CONFIG for each worker, or "
        "start them by srun."
    )


def _place(resolver) -> tuple[int, int]:
    """Return the number of this process among the workers, and how many there are."""
    try:
        jobs: Mapping = resolver.cluster_spec().as_dict()
        chiefs, others = (len(jobs.get(job, ())) for job in ("chief", "worker"))
        index = int(resolver.task_id) + chiefs * (resolver.task_type == "worker")
        if set(jobs) <= {"chief", "worker"} and 0 <= index < chiefs + others:
            return index, chiefs + others
        found = f"jobs {', '.join(jobs)}, task {resolver.task_type} {resolver.task_id}"
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        found = str(error)
    raise BadInput(
        f"The cluster cannot be read ({found}); expected TF_CONFIG such as "
        '{"cluster": {"worker": ["host1:9000", "host2:9000"]}, "task": {"type": '
        '"worker", "index": 0}}.'
    )
