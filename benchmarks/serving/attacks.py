"""Clients that mean no good: bad files, slow clients, and endless uploads."""

import random
import socket
import struct
import threading
import time
import zlib
from typing import NamedTuple

from benchmarks.serving.service import Address

_HEAD = (
    b"POST /v1/caption HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\n"
)


def bad_files(photo: bytes, seed: int = 0) -> list[bytes]:
    """Return files that have to be refused: mistakes, damage, and a bomb.

    Args:
        photo: a JPEG.
        seed: of where it is damaged.
    """
    generator = random.Random(seed)
    cut_off = [photo[: generator.randrange(2, len(photo) - 2)] for _ in range(4)]
    # 100,000 x 100,000 pixels, 10 GB once unpacked.
    size = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    size += struct.pack(">I", zlib.crc32(size))
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + size
    return [
        *cut_off,
        bomb + struct.pack(">I", 2**20) + b"IDAT" + bytes(2**20),
        b"",
        b"a dog runs",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"PK\x03\x04" + generator.randbytes(1000),
        generator.randbytes(10_000),
    ]


class Slow(NamedTuple):
    """What is sent first, and then again and again."""

    first: bytes
    more: bytes


SLOW = {
    "a head, a line a second": Slow(_HEAD, b"X-Header: x\r\n"),
    "a body, a byte a second": Slow(
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"
    ),
}


def seconds_until_closed(
    address: Address, slow: Slow, clients: int, most: float
) -> list[float]:
    """Return how long the connections of slow clients last.

    Args:
        address: of the service.
        slow: what each of them sends.
        clients: how many there are at once.
        most: seconds after which each gives up.
    """
    lasted: list[float] = []

    def attack() -> None:
        began = time.monotonic()
        with socket.create_connection(address) as client:
            client.settimeout(1.0)
            try:
                client.sendall(slow.first)
                while time.monotonic() - began < most:
                    try:
                        if not client.recv(2**16):
                            break
                    except TimeoutError:
                        client.sendall(slow.more)
            except ConnectionError:
                pass
        lasted.append(time.monotonic() - began)

    threads = [threading.Thread(target=attack) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return lasted


def bytes_until_cut_off(address: Address, size: int, *, says_so: bool) -> int:
    """Return how much of an upload a client gets rid of.

    Args:
        address: of the service.
        size: of the upload, in bytes.
        says_so: whether its head has the size; else it comes in chunks.
    """
    part, sent = b"x" * 2**20, 0
    with socket.create_connection(address) as client:
        try:
            if says_so:
                client.sendall(_HEAD + f"Content-Length: {size}\r\n\r\n".encode())
            else:
                client.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            while sent < size:
                client.sendall(part if says_so else b"100000\r\n" + part + b"\r\n")
                sent += len(part)
        except ConnectionError:
            pass
    return sent
