"""TensorFlow without its greetings: commands speak to their user on stderr."""

import contextlib
import os
import sys
from collections.abc import Iterator


def import_tensorflow() -> None:
    """Import TensorFlow, and keep from stderr what its libraries say meanwhile.

    TensorFlow 2.21 says which instructions it found, and that it found no GPU, before
    any log level counts.
    """
    if "tensorflow" in sys.modules:
        return
    with silence():
        import keras  # noqa: F401, imports TensorFlow, half of which waits for it


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep from stderr what libraries print there, past every log level.

    Errors are Python's, and come through as always.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
