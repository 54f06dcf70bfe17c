"""The work behind the routes: files of a request -> what is answered of them."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TypeVar

from fastapi import Request
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from captioning.inference.engine import Engine
from captioning.inference.results import PictureResult, leave_out_unsure
from captioning.serving.batcher import Batcher, Captioned, Search
from captioning.serving.decoders import Decoders
from captioning.serving.metrics import Metrics
from captioning.serving.schema import Options, fields_of
from captioning.serving.settings import Settings
from captioning.serving.uploads import Upload
from data_prep.errors import BadInput

Result = TypeVar("Result")


class Service:
    """Captions the files of requests by one engine.

    Args:
        engine: the captioner.
        settings: the limits.

    Attributes:
        metrics: what was done.
    """

    def __init__(self, engine: Engine, settings: Settings):
        self.settings, self.metrics = settings, Metrics()
        self._engine = engine
        self._decoders = Decoders(settings.decoders, settings.timeout)
        self._batcher = Batcher(engine, settings, self.metrics)
        self._batches: asyncio.Task | None = None  # once the first pictures are done

    @property
    def is_ready(self) -> bool:
        """Whether it runs, and has captioned its first pictures."""
        return self._batches is not None and not self._batches.done()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Caption while the block runs; first pictures are captioned before it."""
        batches = asyncio.create_task(self._batcher.run())
        try:
            first = [_first_picture()] * self.settings.decoders  # each starts by one
            await self._caption_all(first, Search(None, attention=False))
            self._batches = batches
            yield
        finally:
            batches.cancel()
            self._batcher.close()
            self._decoders.close()

    def check(self, options: Options) -> None:
        """Raise HTTPException if the engine cannot do what is asked, and Busy if there
        is no place for a picture."""
        if options.attention and not hasattr(self._engine, "caption_with_attention"):
            raise _unable("attention", "say where it looked")
        if options.min_confidence is not None and not self._engine.gives_confidence:
            raise _unable("min_confidence", "say how sure it is")
        with self._batcher.places(1):
            pass

    async def answer(
        self, request: Request, files: Sequence[Upload], options: Options
    ) -> list[dict]:
        """Return what is answered of each file, in the form of
        `schema.PictureFields`.

        Raises:
            Busy: there are not so many places.
            HTTPException: it takes too long (503), or the engine cannot search so
                (422).
            ClientDisconnect: the client has gone.
        """
        search = Search(options.beams, options.attention)
        with self._batcher.places(len(files)):
            work = asyncio.create_task(self._caption_all(files, search))
            try:
                found = await self._in_time(request, work)
            except BadInput as error:
                if options.beams is None:
                    raise
                raise _unable("beams", f"search with {options.beams} beams") from error
        answers = []
        for result, maps in found:
            result = leave_out_unsure(result, options.min_confidence)
            outcome = "captioned" if result.captions else "left_out"
            self.metrics.pictures.labels("refused" if result.error else outcome).inc()
            answers.append(fields_of(Captioned(result, maps), options.beams or 1))
        return answers

    async def _caption_all(self, files, search: Search) -> list[Captioned]:
        return await asyncio.gather(*(self._caption(file, search) for file in files))

    async def _caption(self, file: Upload, search: Search) -> Captioned:
        picture = await self._decoders.read(file.data, file.name)
        if isinstance(picture, BadInput):
            return Captioned(PictureResult(Path(file.name), [], str(picture)), None)
        return await self._batcher.caption(file.name, picture, search)

    async def _in_time(self, request: Request, work: asyncio.Task[Result]) -> Result:
        """Return what the work gives; end it if the client goes, or time is over."""
        gone = asyncio.ensure_future(request.receive())  # nothing else is to come
        try:
            await asyncio.wait(
                {work, gone},
                timeout=self.settings.timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if work.done():
                return work.result()
            if gone.done():
                raise ClientDisconnect
            raise HTTPException(
                503,
                f"The pictures were not captioned within {self.settings.timeout:g} s; "
                "expected that: send fewer or smaller ones, or ask again later.",
                {"Retry-After": "10"},
            )
        finally:
            work.cancel()
            gone.cancel()


def _unable(option: str, what: str) -> HTTPException:
    return HTTPException(
        422,
        f"The captioner of this service cannot {what}; expected no such option: "
        f"change {option}, or leave it out.",
    )


def _first_picture() -> Upload:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(file, "JPEG")
    return Upload("the first picture", file.getvalue())
