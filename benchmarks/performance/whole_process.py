"""A command watched from its start to its end: its memory, with that of its helpers."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from data_prep.errors import BadInput

_LOOKS = 0.1  # seconds between two looks at the memory


def peak_bytes_of(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> int:
    """Run a command, and return the most memory that it and its helpers had at once.

    Args:
        command: its words.
        folder: where it runs.
        environment: its variables.

    Raises:
        BadInput: it ended with another status than 0.
    """
    most = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            while True:
                most = max(most, resident_bytes(process.pid))
                try:
                    process.wait(_LOOKS)
                    break
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            errors.seek(0)
            raise BadInput(
                f"{' '.join(command)} ended with status {process.returncode}: "
                f"{errors.read().strip()[-500:]}"
            )
    return most


def resident_bytes(process: int) -> int:
    """Return the resident memory of a process and its children; on Linux."""
    place, total = Path(f"/proc/{process}"), 0
    try:
        fields = (place / "statm").read_text().split()
        total = int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
        # Children are listed by the thread that started them.
        lists = [thread / "children" for thread in (place / "task").iterdir()]
        children = [int(child) for file in lists for child in file.read_text().split()]
    except OSError:  # it, or a thread of it, has ended meanwhile
        return total
    return total + sum(map(resident_bytes, children))


def own_peak_bytes() -> int:
    """Return the most resident memory that this process has had; on Linux."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status).group(1))
