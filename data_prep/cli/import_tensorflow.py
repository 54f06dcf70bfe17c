"""TensorFlow and Keras, imported for a command; and silence from C++ libraries."""

import contextlib
import gc
import os
import sys
import threading
from collections.abc import Iterator

from data_prep.errors import with_extra

# Keras imports these where they are installed, for parts of it that no command uses
# (its scikit-learn wrappers, its galleries of pictures): 1.4 of 3.8 s.
_NOT_FOR_KERAS = ("matplotlib", "sklearn")


def import_tensorflow() -> None:
    """Import TensorFlow and Keras for a command, without Keras' optional parts.

    Silently: TensorFlow 2.21 says which instructions it found, and that it found no
    GPU, before any log level counts.

    Raises:
        ModuleNotFoundError: they are not installed; it says how to.
    """
    if "tensorflow" in sys.modules:
        return
    hidden = [name for name in _NOT_FOR_KERAS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # None: not to be imported
    collects = gc.isenabled()
    gc.disable()  # of modules nothing is garbage; to look for it takes a sixth
    try:
        with silence():
            import keras  # noqa: F401, imports TensorFlow, half of which waits for it
    except ModuleNotFoundError as error:
        raise with_extra(error) from error
    finally:
        gc.freeze()  # modules stay: later searches pass over them
        if collects:
            gc.enable()
        for name in hidden:
            del sys.modules[name]


# Stderr belongs to the process. Two threads that took it away and put it back at once
# could put back the wrong one, for good.
_silent = threading.RLock()


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep from stderr what libraries print there; exceptions come through. One thread
    at a time."""
    with _silent:
        if sys.stderr is not None:  # as in a program without a console
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
