"""The child process in which picture files from outside are decoded.

`worker_process` is the parent, which starts it.

It reads requests from stdin until that ends and answers each on stdout. A request is a
length (8 bytes, big-endian) and the content of a file. An answer is one letter, a
length and bytes. The letter is

- S: the file can be used as it is (also the answer "ready" after the start);
- P: the bytes are a PNG to use instead;
- E: the bytes are the reason why not, in UTF-8, a sentence without its subject.

Running out of memory is reported by an exit status instead. Any other failure of a
decoder may end this process too; the parent notices and starts another.
"""

import os
import resource
import signal
import sys
from pathlib import Path

from PIL import Image

from data_prep.pictures.sanitize import Refused, sanitize
from data_prep.pictures.worker_process import LENGTH, OUT_OF_MEMORY


def main(max_pixels: int, memory_bytes: int, seconds: float) -> None:
    """Answer requests until stdin ends; see the module's docstring."""
    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # `sanitize` has a stricter limit
    _limit_resources(memory_bytes)
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output of libraries cannot get between the answers
    try:
        _answer(answers, b"S")  # ready
        while head := requests.read(LENGTH.size):
            data = requests.read(*LENGTH.unpack(head))
            # Ends a picture that never finishes even if the parent has died.
            signal.setitimer(signal.ITIMER_REAL, seconds + 1)
            try:
                png = sanitize(data, max_pixels)
            except Refused as reason:
                _answer(answers, b"E", str(reason).encode(errors="backslashreplace"))
            else:
                _answer(answers, b"P" if png else b"S", png)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(1)  # the parent has ended


def _limit_resources(memory_bytes):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # decoders need not write files
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answer(pipe, letter, data=b""):
    pipe.write(letter + LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
