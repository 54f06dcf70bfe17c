"""The log: a line of JSON an event, on stderr."""

import json
import logging
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from captioning.serving.metrics import Metrics
from data_prep.errors import printable

_LOG = logging.getLogger("captioning.serving")


class JSONFormatter(logging.Formatter):
    """Records as lines of JSON: time, level, event, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


# For `logging.config.dictConfig`: our events, and those of the server.
CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JSONFormatter}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("captioning.serving", "uvicorn.error")
    },
}


def event(name: str, **fields) -> None:
    """Log an event."""
    _LOG.info(name, extra={"fields": fields})


class RequestLog:
    """ASGI middleware: logs and counts each request when it is answered.

    Nothing of the contents of a request is logged, nor the names of files.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self.app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_see)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        # All other paths have one counter: a client may make up any number of them.
        path = getattr(scope.get("route"), "path", "other")
        self._metrics.requests.labels(path, status).inc()
        self._metrics.seconds.labels(path).observe(seconds)
        event(
            "request",
            client=(scope.get("client") or [None])[0],
            method=scope["method"],
            path=printable(scope["path"], 100),
            status=status,
            seconds=round(seconds, 4),
            **scope.get("state", {}).get("log", {}),
        )
