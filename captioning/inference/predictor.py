"""A loaded captioner for programs and notebooks: pictures of any form -> captions."""

import itertools
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, overload

import numpy as np

from captioning.inference import choose_engine as engines
from captioning.inference import picture_batches, result_text
from captioning.inference.description import Description
from captioning.inference.engine import check_gives_confidence
from captioning.inference.number_checks import check_count, check_share
from captioning.inference.picture_inputs import (
    Picture,
    is_one_picture,
    name_of,
    sound_picture,
)
from captioning.inference.result_file import ENDINGS, OneFile
from captioning.inference.results import PictureResult
from captioning.inference.sidecars import Sidecars
from captioning.inference.unfinished import Unfinished, may_replace
from data_prep.atomic import check_file_to_write
from data_prep.errors import BadInput
from data_prep.pictures.decode_pillow import reduced, upright
from data_prep.pictures.places import Place
from data_prep.pictures.reader import BadPicture, PictureReader


class Predictor:
    """A captioner that is loaded and ready, as `captioning.load` returns it.

    A picture is a path, the bytes of a picture file, a PIL image, or a uint8 array
    ``(height, width, 3)``, grey ``(height, width)`` or with opacity ``(height, width,
    4)``. Files and bytes are decoded in a process of their own, for a picture from
    outside may be made to harm a decoder.

    Threads can share a predictor. `close` ends its process, as does leaving a ``with``
    block; the next picture would start it again.

    Args:
        path: a run's directory, an export's, or a .tflite file; the pretrained
            captioner if not given.
        num_beams: captions a picture that a search compares; None takes the
            captioner's own number.
        threads: processors that a .tflite file uses; all of them if not given.
        rerank: whether captions are in the order of what people may be expected to
            write, if the captioner can tell; False is the order of the search, and
            faster.
        trust_model: whether an export may do more than compute. It is a program, of
            people whom you trust.

    Attributes:
        engine: what computes the captions (`inference.engine.Engine`).

    Raises:
        BadInput: there is no captioner at this path, it cannot search with this number
            of beams, or a number is not an integer of at least 1.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        num_beams: int | None = None,
        threads: int | None = None,
        rerank: bool = True,
        trust_model: bool = False,
    ):
        self.engine = engines.load(
            None if path is None else Path(path),
            num_beams,
            threads=threads,
            rerank=rerank,
            trust_model=trust_model,
        )
        self._reader = PictureReader()
        # Of a predictor that is never closed, too.
        weakref.finalize(self, self._reader.close)

    def __repr__(self) -> str:
        return f"Predictor({self.engine.description})"

    def __enter__(self) -> "Predictor":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """End the process that decodes picture files."""
        self._reader.close()

    @overload
    def caption(  # type: ignore[overload-overlap]  # a str is an iterable, too
        self,
        images: Picture,
        *,
        num_beams: int | None = None,
        errors: Literal["raise"] = "raise",
    ) -> str: ...

    @overload
    def caption(
        self,
        images: Iterable[Picture],
        *,
        num_beams: int | None = None,
        errors: Literal["raise"] = "raise",
    ) -> list[str]: ...

    @overload
    def caption(  # type: ignore[overload-overlap]  # a str is an iterable, too
        self,
        images: Picture,
        *,
        num_beams: int | None = None,
        errors: Literal["return"],
    ) -> str | BadPicture: ...

    @overload
    def caption(
        self,
        images: Iterable[Picture],
        *,
        num_beams: int | None = None,
        errors: Literal["return"],
    ) -> list[str | BadPicture]: ...

    def caption(self, images, *, num_beams=None, errors="raise"):
        """Return the best caption of a picture, or of each of several.

        Args:
            images: a picture, or a list or any iterable of pictures.
            num_beams: as in the constructor, for these pictures.
            errors: "raise" raises at the first picture that cannot be used; "return"
                puts the exception into its place, and goes on.

        Returns:
            A string; of several pictures a list of strings.

        Raises:
            BadPicture: a picture cannot be used (it is a `ValueError`).
            BadInput: the captioner cannot search with this number of beams, or an
                argument has another value than these.
        """
        if errors not in ("raise", "return"):
            raise BadInput(f"errors is {errors!r}; expected 'raise' or 'return'.")
        check_count("num_beams", num_beams)
        single = is_one_picture(images)
        found = list(self._captions([images] if single else images, num_beams, errors))
        return found[0] if single else found

    def _captions(self, images, num_beams, errors) -> Iterator[str | BadInput]:
        images, caption = iter(images), self._captioning(num_beams)
        while chunk := list(itertools.islice(images, picture_batches.BATCH_SIZE)):
            batch = [(name_of(image), self._sound(image)) for image in chunk]
            for result in picture_batches.caption_batch(batch, caption):
                if not result.error:
                    yield result.captions[0].caption
                    continue
                error = BadPicture(result.error)
                if errors == "raise":
                    raise error
                yield error

    def describe(self, image: Picture, *, num_beams: int | None = None) -> Description:
        """Return all that is known of a picture: see `Description`.

        Args:
            image: one picture.
            num_beams: how many captions; None takes the captioner's own number.

        Raises:
            BadPicture: the picture cannot be used.
            BadInput: the captioner cannot search with this number of beams.
        """
        check_count("num_beams", num_beams)
        picture = sound_picture(image, self._reader)
        look = getattr(self.engine, "caption_with_attention", None)
        if look is None:
            (captions,) = self.engine.caption([picture], num_beams)
            words = captions[0].caption.split()
            return Description(captions, reduced(upright(picture)), words, None)
        captions, maps = look(picture, num_beams)
        side = round(maps.weights.shape[1] ** 0.5)  # regions are a square grid
        attention = np.asarray(maps.weights).reshape(-1, side, side)
        return Description(captions, maps.picture, list(maps.words), attention)

    def caption_folder(
        self,
        folder: str | Path,
        output: str | Path | None = None,
        *,
        sidecars: Literal["txt", "xmp", "ext.xmp"] | None = None,
        num_beams: int | None = None,
        min_confidence: float | None = None,
        force: bool = False,
        resume: bool = False,
    ) -> list[PictureResult]:
        """Caption the pictures in a folder and below it, and say on stderr how far it
        is.

        Args:
            folder: of pictures; other files are passed over.
            output: a .csv, .jsonl or .txt file to write when all is done.
            sidecars: instead, write a file beside each picture, as the command does by
                ``--sidecars``: "txt" with `num_beams` captions, or one; "xmp" and
                "ext.xmp" with the best. Pictures that have one are passed over.
            num_beams: as in the constructor, for these pictures.
            min_confidence: leave out captions of a lower confidence, 0..1.
            force: whether `output` may replace a file, and whether sidecars are written
                again; of XMP only the description is changed.
            resume: whether to go on with `output` after a stop; pictures that were done
                are not captioned again.

        Returns:
            What became of each picture, in the order of their names: its captions, best
            first, or why there are none.

        Raises:
            BadInput: the folder cannot be listed or holds no pictures, the output
                cannot be written, an argument has another value than these, or the
                captioner does not say how sure it is.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise BadInput(f"{folder} is no folder; expected a folder of pictures.")
        check_count("num_beams", num_beams)
        if min_confidence is not None:
            check_share("min_confidence", min_confidence)
            check_gives_confidence(self.engine, "min_confidence")
        files: OneFile | Sidecars | None = None
        if output is not None:
            if sidecars:
                raise BadInput(
                    "output and sidecars do not go together; leave one of them out."
                )
            output = Path(output)
            goes_on = may_replace(output, resume=resume, force=force)
            unless = "" if goes_on else "force=True"
            check_file_to_write("output", output, ENDINGS, unless)
        paths: Sequence[Place] = picture_batches.pictures_in([folder])
        if output is not None:
            options = {"num_beams": num_beams, "min_confidence": min_confidence}
            unfinished = Unfinished(output, paths, options, resume=resume, force=force)
            files, paths = OneFile(output, unfinished), unfinished.pictures
        elif sidecars:
            files = Sidecars(paths, sidecars, shown=num_beams or 1, overwrite=force)
            paths = files.pictures
        with picture_batches.captioning(
            paths, lambda: (self._captioning(num_beams), None), min_confidence
        ) as found:
            results = [result_text.add_to(files, r) if files else r for r in found]
        if files:
            files.finish()
        return unfinished.results() if output is not None else results

    def _sound(self, image: Picture) -> bytes | BadInput:
        try:
            return sound_picture(image, self._reader)
        except BadInput as error:
            return error

    def _captioning(self, num_beams):
        return lambda pictures: self.engine.caption(pictures, num_beams)
