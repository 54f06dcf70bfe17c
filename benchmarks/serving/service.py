"""A service in a process of its own, and its clients."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from data_prep.errors import BadInput

Address = tuple[str, int]
_BOUNDARY = "part"
_PATH = "/v1/caption"


class Service(NamedTuple):
    """A service that runs: the number of its process, and where it listens."""

    process: int
    address: Address

    def memory(self) -> int:
        """Return the resident memory of it and of its children, in bytes."""
        return sum(_resident(number) for number in (self.process, *self.children()))

    def children(self) -> list[int]:
        """Return the numbers of the processes that decode pictures."""
        found: list[int] = []
        for task in Path(f"/proc/{self.process}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a thread that has ended
                found += map(int, (task / "children").read_text().split())
        return found


@contextlib.contextmanager
def service(*flags: str) -> Iterator[Service]:
    """Run ``captioning serve`` with these flags while the block runs."""
    command = [sys.executable, "-m", "captioning", "serve", "--port", "0", *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        seen = []
        for line in process.stderr:
            seen.append(line)
            if found := re.search(r'"http://127\.0\.0\.1:(\d+)"', line):
                break
        else:
            raise BadInput(f"{' '.join(command)} ends: {''.join(seen)}")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Service(process.pid, ("127.0.0.1", int(found[1])))
    finally:
        process.terminate()
        process.wait()


class Asked(NamedTuple):
    """What became of a request: status 0 if there was no answer."""

    file: int
    status: int
    seconds: float
    answer: dict
    retry_after: str | None


def ask_all(
    address: Address,
    files: Sequence[bytes],
    order: Sequence[int],
    clients: int,
    query: str = "",
    done: Callable[[int], None] = lambda number: None,
) -> list[Asked]:
    """Ask for captions, one picture a request, by several clients at once.

    Args:
        address: of the service.
        files: of pictures.
        order: the numbers of the files to ask for.
        clients: that share this work; each keeps its connection.
        query: options, as in "?beams=2".
        done: called with the number of answers until now.

    Returns:
        What became of each request, in order.
    """
    bodies = [_form(data) for data in files]
    of_thread, num_done = threading.local(), 0

    def ask(file: int) -> Asked:
        nonlocal num_done
        if not hasattr(of_thread, "connection"):
            of_thread.connection = http.client.HTTPConnection(*address, timeout=120)
        began = time.perf_counter()
        asked = _ask(of_thread.connection, _PATH + query, file, bodies[file], began)
        num_done += 1
        done(num_done)
        return asked

    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(ask, order))


def _ask(connection, path, file, body, began) -> Asked:
    try:
        connection.request(
            "POST",
            path,
            body,
            {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
        )
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        seconds = time.perf_counter() - began
        return Asked(file, 0, seconds, {"error": str(error)}, None)
    retry_after = response.getheader("Retry-After")
    seconds = time.perf_counter() - began
    return Asked(file, response.status, seconds, answer, retry_after)


def caption_of(asked: Asked) -> str | None:
    """Return the caption in an answer, if it has one."""
    for result in asked.answer.get("results", ()):
        for caption in result.get("captions", ()):
            return caption["caption"]
    return None


def _form(data: bytes) -> bytes:
    head = (
        f"--{_BOUNDARY}\r\nContent-Disposition: form-data; "
        'name="image"; filename="photo.jpg"\r\n\r\n'
    )
    return head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()


def _resident(number: int) -> int:
    try:
        fields = Path(f"/proc/{number}/statm").read_text().split()
    except OSError:  # it has ended meanwhile
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
