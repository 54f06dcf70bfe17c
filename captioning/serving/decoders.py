"""Picture files of requests -> sound pictures, decoded by several processes at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from data_prep.errors import BadInput
from data_prep.pictures.reader import PictureReader


class Decoders:
    """Readers of pictures, each with a process of its own (`PictureReader`).

    Args:
        count: of processes.
        seconds: the longest time for one picture.
    """

    def __init__(self, count: int, seconds: float):
        self._idle: SimpleQueue[PictureReader] = SimpleQueue()
        for _ in range(count):
            self._idle.put(PictureReader(seconds=seconds))
        self._threads = ThreadPoolExecutor(count, "decode")

    async def read(self, data: bytes, name: str) -> bytes | BadInput:
        """Return a picture file as JPEG or PNG for an engine, or why it is refused.

        Args:
            data: the file.
            name: what it is called in messages.

        Raises:
            RuntimeError: the process cannot be started.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read, data, name)

    def _read(self, data: bytes, name: str) -> bytes | BadInput:
        reader = self._idle.get()
        try:
            return reader.read_bytes(data, name)
        except BadInput as error:
            return error
        finally:
            self._idle.put(reader)

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()
