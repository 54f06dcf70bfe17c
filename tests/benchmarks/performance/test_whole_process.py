"""A command's memory is that of it and its helpers, without that of this process."""

import os
import sys

import pytest

from benchmarks.performance import whole_process
from data_prep.errors import BadInput

HOLDING = "held = bytearray(b'1' * 60_000_000); import time; time.sleep(0.5)"
HELPED = f"""
import subprocess, sys, threading
words = [sys.executable, "-c", {HOLDING!r}]
threading.Thread(target=subprocess.run, args=[words], kwargs={{"check": True}}).start()
"""


def test_the_memory_of_a_helper_that_a_thread_started_counts(tmp_path):
    command = [sys.executable, "-c", HELPED]
    peak = whole_process.peak_bytes_of(command, tmp_path, os.environ)
    assert 6e7 < peak < 3e8


def test_a_command_that_fails_is_reported(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('error: no photos')"]
    with pytest.raises(BadInput, match="ended with status 1: error: no photos"):
        whole_process.peak_bytes_of(command, tmp_path, os.environ)


def test_a_process_knows_its_own_peak():
    now = whole_process.resident_bytes(os.getpid())
    assert 0 < now < 1.1 * whole_process.own_peak_bytes()
