"""A real server: slow clients and large ones; and the command, in a process."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import captioning
from captioning import pretrained
from captioning.serving import server
from captioning.serving.app import create_app
from captioning.serving.settings import Settings
from captioning.serving.site import PAGE

PHOTO = Path(__file__).parents[3] / "docs" / "harbour.jpg"
SECONDS = 1.0


@pytest.fixture
def address(engine):
    """The address of a service over `SizeEngine`, in a thread, of short patience."""
    settings = Settings(timeout=SECONDS, max_bytes=2**20, decoders=1)
    running = server.build_server(create_app(engine, settings), settings)
    with server.bind("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=running.run, args=([bound],))
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield bound.getsockname()
        running.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()


def post(address, picture, timeout=30):
    """Return the status and the answer of one picture."""
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
        + picture
        + b"\r\n--x--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with contextlib.closing(connection):
        connection.request("POST", "/v1/caption", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def seconds_until_closed(address, first, more=b"", most=10.0):
    """Return how long a connection lasts whose client sends something, and then a
    little every tenth of a second; and what it was answered."""
    began = time.monotonic()
    with socket.create_connection(address) as client:
        client.sendall(first)
        client.settimeout(0.1)
        answer = b""
        while time.monotonic() - began < most:
            try:
                if not (part := client.recv(2**16)):
                    break
                answer += part
            except TimeoutError:
                client.sendall(more)
            except ConnectionError:
                break
    return time.monotonic() - began, answer


HEAD = (
    b"POST /v1/caption HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@pytest.mark.parametrize(
    ("first", "more", "status"),
    [
        (b"", b"", b""),
        (b"POST /v1/caption HTTP/1.1\r\n", b"X: y\r\n", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET", b"X", b"HTTP/1.1 200"),
        (HEAD, b"1\r\nx\r\n", b"HTTP/1.1 408"),
    ],
    ids=["silent", "head", "second head", "body"],
)
def test_slow_clients_are_cut_off_and_others_served(
    address, photo, first, more, status
):
    found = []
    slow = threading.Thread(
        target=lambda: found.extend(seconds_until_closed(address, first, more))
    )
    slow.start()
    assert post(address, photo(40, 30))[0] == 200
    slow.join()
    seconds, answer = found
    assert SECONDS * 0.9 < seconds < SECONDS + 3
    assert answer.startswith(status) and bool(answer) == bool(status)


def test_a_large_upload_is_cut_off_as_it_comes(address, photo):
    sent = 0
    with socket.create_connection(address) as client:
        client.sendall(HEAD)
        with pytest.raises(ConnectionError):
            for _ in range(1024):
                client.sendall(b"100000\r\n" + b"x" * 2**20 + b"\r\n")
                sent += 1
    assert sent < 64  # MiB of a gibibyte: one was read, the others were on the way
    assert post(address, photo(40, 30))[0] == 200


def test_a_client_that_leaves_leaves_no_work_behind(address, photo, engine):
    engine.may_go_on.clear()
    with pytest.raises(TimeoutError):
        post(address, photo(40, 30), timeout=0.2)
    engine.may_go_on.set()
    assert post(address, photo(50, 30))[1]["results"][0]["captions"]


def test_an_address_that_is_taken_is_bad_input(address):
    with pytest.raises(captioning.BadInput, match="cannot be listened at .*expected"):
        server.bind(*address)


# === The command ===


@pytest.fixture(scope="module")
def command():
    """`captioning serve` in a process; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "captioning", "serve", "--port", "0", "--threads", "1"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=PHOTO.parents[1],
    )
    for line in process.stderr:
        if found := re.search(r'"http://127\.0\.0\.1:(\d+)"', line):
            break
    yield process, ("127.0.0.1", int(found[1]))
    process.kill()
    process.wait()
    process.stderr.close()


def test_the_command_says_what_python_says_and_survives_a_killed_decoder(
    command, decoding
):
    process, address = command
    expected = captioning.caption(PHOTO)
    for _ in range(2):
        status, answer = post(address, PHOTO.read_bytes())
        assert status == 200
        assert answer["results"][0]["captions"][0]["caption"] == expected
        for child in decoding(process.pid):
            os.kill(child, signal.SIGKILL)
    assert post(address, b"no picture")[0] == 422


def test_the_command_serves_the_page_with_its_captioner(command):
    _, address = command
    connection = http.client.HTTPConnection(*address, timeout=30)
    with contextlib.closing(connection):
        for path, file in (
            ("/", PAGE / "index.html"),
            ("/app/model.tflite", pretrained.file()),
        ):
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.read() == file.read_bytes()
            assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_the_command_ends_what_it_began_and_leaves_with_status_0(command):
    process, address = command
    found = []
    asking = threading.Thread(
        target=lambda: found.append(post(address, PHOTO.read_bytes()))
    )
    asking.start()
    time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    asking.join(timeout=60)
    assert found[0][0] == 200
    assert process.wait(timeout=60) == 0
    assert all(json.loads(line) for line in process.stderr)
