"""Ctrl-C and SIGTERM during a training: it stops where it can go on exactly."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from data_prep.errors import Terminated

_ENDS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}


class StopRequest:
    """Whether the user, or a scheduler, asked the training to stop."""

    def __init__(self):
        self._end: type[KeyboardInterrupt] | None = None

    def __bool__(self) -> bool:
        return self._end is not None

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; of a second one raise what it stands for, at once."""
        again = bool(self)
        self._end = _ENDS[signal.Signals(number)]
        if again:
            raise self._end

    def end(self) -> None:
        """Raise KeyboardInterrupt or Terminated, which was noted; Terminated, if the
        signal came to another worker."""
        raise self._end or Terminated


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Within, the first Ctrl-C or SIGTERM is only noted, and the second acts at once.

    In a thread that is not the main one, which Python gives no signals, nothing is ever
    noted.
    """
    request = StopRequest()
    try:
        before = {number: signal.signal(number, request.receive) for number in _ENDS}
    except ValueError:  # not the main thread
        before = {}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
