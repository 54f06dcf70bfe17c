"""The limits of a service, who may use it, and what else it serves."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What a service allows.

    Attributes:
        batch_size: pictures that the engine gets at once, at most.
        batch_wait: seconds that the first of them waits for others.
        queue_size: pictures that are decoded, wait or are captioned; a request beyond
            gets status 429.
        max_pictures: of one request.
        max_bytes: of the body of one request.
        timeout: seconds in which a request has to be sent, and again those in which it
            is answered.
        decoders: processes that decode pictures.
        connections: that are open at once.
        origins: of web pages that may call the service (CORS).
        api_key: that a request has to bring; None asks for none.
        page: a folder with an index.html, served at ``/``; None serves none.
    """

    batch_size: int = 8
    batch_wait: float = 0.002
    queue_size: int = 64
    max_pictures: int = 16
    max_bytes: int = 2**25
    timeout: float = 30.0
    decoders: int = 2
    connections: int = 256
    origins: tuple[str, ...] = ()
    api_key: str | None = None
    page: Path | None = None
