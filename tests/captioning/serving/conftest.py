"""A service over an engine that sees, but cannot speak: it says a picture's size."""

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from captioning.inference.results import AttentionMaps, Caption
from captioning.serving.app import create_app
from captioning.serving.settings import Settings
from data_prep.errors import BadInput

BEAMS = 3  # the most that `SizeEngine` can search with


class SizeEngine:
    """Captions a picture by its size, so that none can be taken for another.

    Attributes:
        batches: the number of pictures of each call, and of beams.
        may_go_on: cleared, it holds the engine up.
    """

    description = "sizes"
    gives_confidence = True
    is_reranked = False

    def __init__(self):
        self.batches = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def caption(self, pictures, num_beams=None):
        assert self.may_go_on.wait(timeout=30)
        self.batches.append((len(pictures), num_beams))
        if num_beams is not None and num_beams > BEAMS:
            raise BadInput(f"got {num_beams} beams; expected {BEAMS} at most.")
        return [_captions(picture, num_beams or BEAMS) for picture in pictures]

    def caption_with_attention(self, picture, num_beams=None):
        (captions,) = self.caption([picture], num_beams)
        words = captions[0].caption.split()
        weights = np.full((len(words), 4), 0.25, np.float32)
        return captions, AttentionMaps(np.zeros((2, 2, 3), np.uint8), words, weights)


def _captions(picture, num_beams):
    width, height = Image.open(io.BytesIO(picture)).size
    return [
        Caption(f"{width} by {height}", -1.0 - beam, min(1.0, width / 100))
        for beam in range(num_beams)
    ]


@pytest.fixture
def engine():
    engine = SizeEngine()
    yield engine
    engine.may_go_on.set()


@pytest.fixture
def client_of(engine):
    """Return a function: settings -> a client of a service in this process."""
    clients = []

    def start(**settings) -> TestClient:
        app = create_app(engine, Settings(decoders=1, **settings))
        clients.append(TestClient(app, raise_server_exceptions=False).__enter__())
        engine.batches.clear()  # of the first picture, by which it becomes ready
        return clients[-1]

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def photo(make_picture, encode_picture):
    """Return a function: (width, height) -> the bytes of a JPEG."""
    return lambda width, height: encode_picture(make_picture(width, height), "JPEG")


@pytest.fixture(scope="session")
def decoding():
    """Return a function: number of a process -> those of its children that decode."""

    def children(process) -> set[int]:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        found = [n for t in tasks for n in (t / "children").read_text().split()]
        return {
            int(n)
            for n in found
            if b"pictures.worker" in Path(f"/proc/{n}/cmdline").read_bytes()
        }

    return children
