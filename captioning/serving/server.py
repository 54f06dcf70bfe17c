"""The app on a port: uvicorn, with time limits for connections of its own."""

import functools
import socket

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from captioning.serving import log
from captioning.serving.settings import Settings
from data_prep.errors import BadInput


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose client is too slow.

    uvicorn ends a connection that is idle between two requests. This ends one that
    sends the head of a request too slowly, too, or does not read its answer. The body
    is timed by `body_limits.BodyLimits`.

    Args:
        seconds: for the head of a request, and for a part of an answer to be read.
        **options: of uvicorn.
    """

    def __init__(self, seconds: float, **options):
        super().__init__(**options)
        self._seconds, self._timer = seconds, None

    def connection_made(self, transport):
        super().connection_made(transport)
        self._watch()

    def data_received(self, data):
        super().data_received(data)
        self._watch()

    def on_response_complete(self):
        super().on_response_complete()
        self._watch()

    def pause_writing(self):
        super().pause_writing()
        self._watch()

    def resume_writing(self):
        super().resume_writing()
        self._watch()

    def connection_lost(self, exc):
        super().connection_lost(exc)
        self._stop()

    def _watch(self):
        """Start the clock where the client has to act within a short time."""
        needs_head = self.cycle is None or self.cycle.response_complete
        if not needs_head and not self.flow.write_paused:
            self._stop()
        elif self._timer is None:
            self._timer = self.loop.call_later(self._seconds, self.transport.abort)

    def _stop(self):
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class TellingServer(uvicorn.Server):
    """Logs where it listens, as soon as it does."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        if self.started:
            host, port, *_ = sockets[0].getsockname()
            host = f"[{host}]" if ":" in host else host
            log.event("listening", url=f"http://{host}:{port}")


def bind(host: str, port: int) -> socket.socket:
    """Return a socket at an address, which does not listen yet.

    Raises:
        BadInput: there is no such address, or the port is taken.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise BadInput(
            f"{host}, port {port}, cannot be listened at ({error.strerror}); expected "
            "an address of this machine and a free port: name another."
        ) from error
    return bound


def build_server(app: FastAPI, settings: Settings) -> TellingServer:
    """Return the server of an app: its `run`, with sockets of `bind`, answers requests
    until SIGTERM or Ctrl-C, and ends those that were begun.

    Args:
        app: by `app.create_app`.
        settings: its limits.
    """
    config = uvicorn.Config(
        app,
        http=functools.partial(TimedProtocol, settings.timeout),
        ws="none",
        log_config=log.CONFIG,
        access_log=False,
        server_header=False,
        limit_concurrency=settings.connections,
        timeout_graceful_shutdown=int(settings.timeout) + 1,
    )
    return TellingServer(config)
