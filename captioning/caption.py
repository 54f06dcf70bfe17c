"""python -m captioning.caption: photos -> captions."""

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast, overload

from captioning.cli import caption_flags
from captioning.cli.callable_module import make_callable
from captioning.cli.runs import chosen_captioner
from captioning.inference import outputs, picture_batches
from captioning.inference.alt_text import AltTextPage
from captioning.inference.attention import captioning_and_drawing
from captioning.inference.engine import LookingEngine
from captioning.inference.inputs import Picture
from captioning.inference.load import load
from captioning.inference.one_file import OneFile
from captioning.inference.predictor import Predictor
from captioning.inference.results import PictureResult, is_unsure
from captioning.inference.sidecars import Sidecars
from data_prep.console import import_tensorflow, progress, say
from data_prep.errors import BadInput, exit_on_bad_input, printable
from data_prep.pictures.folders import find_pictures


def main(argv: list[str] | None = None) -> int:
    flags = caption_flags.parse(argv)
    paths, files = _work(flags)
    caption_flags.check_pictures(flags, paths)
    if files and not paths:
        say(files.finish())
        return 0
    num_captioned = num_left_out = 0
    with (
        picture_batches.reading(paths) as batches,  # while the captioner is loaded, too
        progress(
            total=len(paths), label="captions", unit="pictures", shown=len(paths) > 1
        ) as bar,
    ):
        caption, tag = _loaded(flags)
        for batch in batches:
            for result in picture_batches.caption_batch(batch, caption, tag):
                if left_out := is_unsure(result, flags.min_confidence):
                    num_left_out += left_out
                    continue
                result = outputs.between(result, flags.prefix, flags.suffix)
                num_captioned += _take(result, files, flags)
            bar.update(len(batch))
    if num_left_out:
        say(f"left out for a confidence below {flags.min_confidence}: {num_left_out}")
    if files:
        say(files.finish())
    return 0 if num_captioned or num_left_out else 2


def _work(flags) -> tuple[list[Path], OneFile | Sidecars | AltTextPage | None]:
    """Return the pictures to caption, and the files that the captions go to, if any."""
    if flags.alt_text:
        page = AltTextPage(flags.alt_text, flags.out)
        return page.pictures, page
    others: list[Path] = []
    paths = list(find_pictures(flags.paths, others))
    if others:
        say(f"{len(others)} other file{'s' * (len(others) > 1)} passed over")
    if not paths:
        raise BadInput(
            f"There is no file in {', '.join(map(str, flags.paths))} that may be a "
            "picture; expected pictures. Name a picture or a folder that holds some."
        )
    if flags.sidecars:
        sidecars = Sidecars(
            paths,
            flags.sidecars,
            shown=flags.beams or 1,
            overwrite=flags.overwrite,
        )
        return sidecars.pictures, sidecars
    return paths, OneFile(flags.out, _shown(flags)) if flags.out else None


def _loaded(flags) -> tuple[Callable, Callable | None]:
    """Return what captions encoded pictures, and what tags them, if anything."""
    run = flags.run or chosen_captioner(flags)
    tag = None
    if flags.tags or flags.tags_run:
        import_tensorflow()
        from captioning.inference.tagger import Tagger, run_with_tags

        tag = Tagger(flags.tags_run or run_with_tags(run)).tag
    engine = load(
        flags.run,
        flags.beams,
        attention=bool(flags.attention),
        threads=flags.threads,
        rerank=flags.rerank,
    )
    if flags.min_confidence is not None and not engine.gives_confidence:
        raise BadInput(
            f"--min-confidence needs a captioner that says how sure it is, and {run} "
            "does not; leave --min-confidence out, or leave --run out."
        )
    if flags.explain:
        by = "their expected CIDEr-D" if engine.is_reranked else "their scores"
        say(f"captions in the order of {by}")
    if flags.verbose:
        say(f"captions by {engine.description}")
    if flags.attention:
        looking = cast(LookingEngine, engine)  # by `attention` above
        return captioning_and_drawing(looking, flags.attention), tag
    return engine.caption, tag


def _take(result: PictureResult, files, flags) -> bool:
    """Put a result into the files or on stdout; return whether there is a caption."""
    if files:
        try:
            files.add(result)
        except BadInput as error:  # of this picture; the others go on
            result = result._replace(captions=[], error=str(error))
    if result.error and not flags.json:
        say(f"error: {printable(result.error)}")
    if flags.json or flags.explain or not files:
        for line in outputs.lines_of(result, _shown(flags), json=flags.json):
            say(line, sys.stdout)
    return not result.error


def _shown(flags) -> int | None:
    """Return how many captions of a picture are asked for; None is all beams."""
    return None if flags.explain else flags.beams or 1


@functools.cache
def _pretrained() -> Predictor:
    return Predictor()


@overload
def caption(  # type: ignore[overload-overlap]  # a str is an iterable, too
    images: Picture, *, num_beams: int | None = None
) -> str: ...
@overload
def caption(
    images: Iterable[Picture], *, num_beams: int | None = None
) -> list[str]: ...
def caption(images, *, num_beams=None):
    """Return the pretrained captioner's caption of a picture, or of each of several.

    It is loaded by the first call, and stays loaded. See `Predictor.caption` for the
    arguments and errors; `captioning.load` gives more.
    """
    return _pretrained().caption(images, num_beams=num_beams)


make_callable(__name__, caption)

if __name__ == "__main__":
    exit_on_bad_input(main)
