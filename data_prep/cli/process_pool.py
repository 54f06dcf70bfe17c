"""A pool of processes that end with the one that started them."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor


@contextlib.contextmanager
def process_pool(
    processes: int, initializer: Callable[[], object] | None = None
) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of so many processes. At the end of the block it is shut down; if
    the block fails or is left early, at once, with the jobs that it has begun. If this
    process is killed, those of the pool end too.

    Args:
        processes: how many.
        initializer: called by each at its start.
    """
    pool = ProcessPoolExecutor(
        processes,
        # "spawn", because a forked TensorFlow hangs.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(initializer,),
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        # Ctrl-C as the pool starts leaves a process that it does not know, and that
        # Python would wait for at its end.
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()


def _begin(initializer: Callable[[], object] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C: ends without a traceback
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initializer:
        initializer()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)
