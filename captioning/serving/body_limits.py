"""The body of a request must be of a limited size, and come within a limited time."""

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimits:
    """ASGI middleware: ends requests whose body is too large, or comes too slowly.

    Starlette's `RequestBodyLimitMiddleware` has no limit of time, and leaves the
    connection of a large upload open: the rest would still be received.

    An answer that comes before the end of the body waits until the rest has come,
    within the same limits: most clients read no answer before. A connection whose
    request is beyond them is closed.

    Args:
        app: what answers.
        max_bytes: of a body.
        seconds: for the whole of a body.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float):
        self.app, self.max_bytes, self.seconds = app, max_bytes, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(scope, receive, self.max_bytes, self.seconds)

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                try:
                    while not body.is_whole:
                        await body.receive()
                except HTTPException:
                    MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        await self.app(scope, body.receive, send_after_body)


class _Body:
    """The body of one request, as it comes.

    Attributes:
        is_whole: whether all of it has come.
    """

    def __init__(self, scope: Scope, receive: Receive, max_bytes: int, seconds: float):
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")  # digits: the server saw to it
        self.is_whole = length == "0" and "transfer-encoding" not in headers
        self._receive, self._max_bytes, self._seconds = receive, max_bytes, seconds
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._num_bytes = 0
        self._refused = self._too_large() if int(length) > max_bytes else None

    async def receive(self) -> Message:
        """Return the next part of the body; after the last one, what else comes.

        Raises:
            HTTPException: the body is too large, or late.
        """
        if self.is_whole:
            return await self._receive()
        if self._refused:
            raise self._refused
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self._refused = self._too_slow()
            raise self._refused from None
        self._num_bytes += len(message.get("body", b""))
        if self._num_bytes > self._max_bytes:
            self._refused = self._too_large()
            raise self._refused
        self.is_whole = not message.get("more_body", False)
        return message

    def _too_large(self) -> HTTPException:
        return HTTPException(
            413,
            f"The request is larger than {self._max_bytes / 2**20:g} MiB; expected "
            "less: send fewer or smaller pictures at a time.",
        )

    def _too_slow(self) -> HTTPException:
        return HTTPException(
            408,
            f"The request was not sent within {self._seconds:g} s; expected all of it "
            "by then: send fewer or smaller pictures at a time.",
        )
