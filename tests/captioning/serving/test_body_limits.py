"""Bodies that are too large, or come too slowly, without a server."""

import asyncio

import pytest
from starlette.exceptions import HTTPException

from captioning.serving.body_limits import BodyLimits

LIMIT = 100


def run(app, parts, headers=(), seconds=5.0):
    """Return what an app within limits sends, and the number of parts it was sent.

    Args:
        app: ASGI.
        parts: of the body; None never comes.
        headers: of the request.
        seconds: for the body.
    """
    sent, num_received = [], 0

    async def receive():
        nonlocal num_received
        if num_received == len(parts):
            return {"type": "http.disconnect"}
        part = parts[num_received]
        num_received += 1
        if part is None:
            await asyncio.Event().wait()
        more = num_received < len(parts)
        return {"type": "http.request", "body": part, "more_body": more}

    async def send(message):
        sent.append(message)

    async def main():
        scope = {"type": "http", "headers": list(headers)}
        async with asyncio.timeout(10):
            await BodyLimits(app, LIMIT, seconds)(scope, receive, send)

    asyncio.run(main())
    return sent, num_received


async def reads_all(scope, receive, send):
    """An app that reads the body, and answers its length, or the status of why not."""
    length, more = 0, True
    try:
        while more:
            message = await receive()
            length += len(message["body"])
            more = message["more_body"]
        await answer(send, 200, str(length))
    except HTTPException as error:
        await answer(send, error.status_code, error.detail)


async def refuses(scope, receive, send):
    """An app that answers before it reads anything."""
    await answer(send, 401, "no")


async def answer(send, status, text):
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


CHUNKED = [(b"transfer-encoding", b"chunked")]
CLOSE = (b"connection", b"close")


def length(number):
    return [(b"content-length", str(number).encode())]


@pytest.mark.parametrize("headers", [length(LIMIT), CHUNKED])
def test_a_body_within_the_limits_comes_through(headers):
    sent, _ = run(reads_all, [b"x" * 60, b"x" * 40], headers)
    assert sent[0]["status"] == 200 and sent[1]["body"] == b"100"
    assert CLOSE not in sent[0]["headers"]


def test_a_body_that_says_that_it_is_too_large_is_not_read():
    sent, num_received = run(reads_all, [b"x" * 60] * 9, length(540))
    assert sent[0]["status"] == 413 and num_received == 0
    assert CLOSE in sent[0]["headers"]


def test_a_body_of_unknown_length_is_cut_off_at_the_limit():
    sent, num_received = run(reads_all, [b"x" * 60] * 9, CHUNKED)
    assert sent[0]["status"] == 413 and num_received == 2
    assert CLOSE in sent[0]["headers"]


@pytest.mark.parametrize("app", [reads_all, refuses])
def test_a_body_that_does_not_end_is_cut_off_in_time(app):
    sent, _ = run(app, [b"x", None, b"x"], CHUNKED, seconds=0.05)
    assert sent[0]["status"] == (408 if app is reads_all else 401)
    assert CLOSE in sent[0]["headers"]


def test_an_early_answer_waits_until_the_client_has_sent_all():
    sent, num_received = run(refuses, [b"x" * 60, b"x" * 40], CHUNKED)
    assert sent[0]["status"] == 401 and num_received == 2
    assert CLOSE not in sent[0]["headers"]
    sent, num_received = run(refuses, [b"x" * 60] * 9, CHUNKED)
    assert sent[0]["status"] == 401 and num_received == 2
    assert CLOSE in sent[0]["headers"]


def test_a_request_without_a_body_is_answered_at_once():
    sent, num_received = run(refuses, [None])
    assert sent[0]["status"] == 401 and num_received == 0


def test_a_client_that_leaves_ends_the_wait():
    sent, _ = run(refuses, [], CHUNKED)
    assert sent[0]["status"] == 401
