"""Mutations of a whole input, and what a reader must do with them.

A mutation is a few bytes changed, put in, taken out, or repeated.
"""

import signal

from hypothesis import strategies as st

from data_prep.errors import BadInput

SECONDS = 20  # an answer takes a millisecond

# Bytes that mean something to one reader or another.
TELLING = [
    *(b"", b"\x00", b"\xff", b"\xff\xfe", b"\n", b"\r", b'"', b"'", b",", b";", b"|"),
    *(b"{", b"}", b"[", b"]", b":", b"-1", b"1e999", b"NaN", b"null", b"true", b'""'),
    *(b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b[31m", b"9" * 30, b"../", b"\\ud800"),
]


@st.composite
def mutated(draw, inputs: list[bytes], most: int = 6) -> bytes:
    """Draw one of the inputs, with up to so many mutations."""
    data = draw(st.sampled_from(inputs))
    for _ in range(draw(st.integers(0, most))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 2, 8, 64]))
        end = min(start + length, len(data))
        kind = draw(st.sampled_from(["replace", "insert", "repeat", "cut", "flip"]))
        if kind == "replace":
            data = data[:start] + draw(st.sampled_from(TELLING)) + data[end:]
        elif kind == "insert":
            data = data[:start] + draw(st.binary(max_size=8)) + data[start:]
        elif kind == "repeat":
            data = data[:end] + data[start:end] * draw(st.integers(1, 40)) + data[end:]
        elif kind == "cut":
            data = data[:start]
        elif start < len(data):
            bit = 1 << draw(st.integers(0, 7))
            data = data[:start] + bytes([data[start] ^ bit]) + data[start + 1 :]
    return data


def answers(read) -> None:
    """Call a reader; any error but `BadInput` fails the test, and so does a hang."""
    signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        read()
    except BadInput as error:
        assert str(error).count(" ") > 3  # a sentence
    finally:
        signal.alarm(0)


def ring(number, frame):
    raise TimeoutError(f"no answer in {SECONDS} s")
