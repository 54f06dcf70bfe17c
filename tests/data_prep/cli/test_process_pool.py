"""Processes of a pool end with the one that started them, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import os, time
from data_prep.cli.process_pool import process_pool

if __name__ == "__main__":
    with process_pool(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_it_leaves_no_process(number, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
    ) as process:
        worker = int(process.stdout.readline())
        assert is_running(worker)
        process.send_signal(number)
    until = time.monotonic() + 10
    while is_running(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(worker)


UNKNOWN = """
import multiprocessing, time
from data_prep.cli.process_pool import process_pool

if __name__ == "__main__":
    with process_pool(1):
        spawn = multiprocessing.get_context("spawn")
        spawn.Process(target=time.sleep, args=(60,)).start()
        raise KeyboardInterrupt
"""


def test_a_process_that_the_pool_does_not_know_is_not_waited_for(tmp_path):
    """Ctrl-C as a pool starts its first process leaves one."""
    program = tmp_path / "program.py"
    program.write_text(UNKNOWN)
    found = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
    )
    assert "KeyboardInterrupt" in found.stderr
