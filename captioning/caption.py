"""python -m captioning.caption: photos -> captions."""

import functools
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import cast, overload

from captioning.cli import caption_flags
from captioning.cli.callable_module import make_callable
from captioning.cli.which_run import chosen_captioner
from captioning.inference import picture_batches, result_text
from captioning.inference.alt_text import AltTextPage
from captioning.inference.attention_file import captioning_and_drawing
from captioning.inference.choose_engine import load
from captioning.inference.engine import LookingEngine, check_gives_confidence
from captioning.inference.model_paths import check_run_or_export
from captioning.inference.picture_inputs import Picture
from captioning.inference.predictor import Predictor
from captioning.inference.result_file import OneFile
from captioning.inference.results import PictureResult
from captioning.inference.sidecars import Sidecars
from captioning.inference.unfinished import Unfinished, may_replace
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import say
from data_prep.errors import exit_on_bad_input


def main(argv: list[str] | None = None) -> int:
    flags = caption_flags.parse(argv)
    if flags.resume and not may_replace(flags.out, resume=True, force=flags.force):
        say(f"{flags.out} was written, nothing is left to go on with")
        return 0
    paths, files = _work(flags)
    caption_flags.check_pictures(flags, paths)
    if files and not paths:
        say(files.finish())
        return 0
    num_failed = 0
    with picture_batches.captioning(
        paths, lambda: _loaded(flags), flags.min_confidence
    ) as results:
        for result in results:
            result = result_text.between(result, flags.prefix, flags.suffix)
            num_failed += bool(_take(result, files, flags).error)
    if files:
        say(files.finish())
    return 2 if num_failed == len(paths) else 0


def _work(flags) -> tuple[list[Path], OneFile | Sidecars | AltTextPage | None]:
    """Return the pictures to caption, and the files that the captions go to, if any."""
    if flags.alt_text:
        page = AltTextPage(flags.alt_text, flags.out)
        if page.note:
            say(page.note)
        return page.pictures, page
    paths = picture_batches.pictures_in(flags.paths)
    if flags.sidecars:
        sidecars = Sidecars(
            paths,
            flags.sidecars,
            shown=flags.beams or 1,
            overwrite=flags.overwrite,
        )
        return sidecars.pictures, sidecars
    if not flags.out:
        return paths, None
    unfinished = Unfinished(
        flags.out,
        paths,
        caption_flags.of_captions(flags),
        resume=flags.resume,
        force=flags.force,
    )
    return unfinished.pictures, OneFile(flags.out, unfinished, _shown(flags))


def _loaded(flags) -> picture_batches.Says:
    """Return what captions encoded pictures, and what tags them, if anything."""
    run = flags.run or chosen_captioner(flags)
    if flags.tags_run:
        check_run_or_export(flags.tags_run)
    engine = load(
        flags.run,
        flags.beams,
        attention=bool(flags.attention),
        threads=flags.threads,
        rerank=flags.rerank,
        trust_model=flags.trust_model,
    )
    tag = None
    if flags.tags or flags.tags_run:
        import_tensorflow()
        from captioning.inference.tagger import Tagger, run_with_tags

        tagging = flags.tags_run or run_with_tags(run)
        tag = Tagger(tagging, trust_model=flags.trust_model).tag
    if flags.min_confidence is not None:
        check_gives_confidence(engine, "--min-confidence")
    if flags.explain:
        by = "their expected CIDEr-D" if engine.is_reranked else "their scores"
        say(f"captions in the order of {by}")
    if flags.verbose:
        say(f"captions by {engine.description}")
    if flags.attention:
        looking = cast(LookingEngine, engine)  # by `attention` above
        return captioning_and_drawing(looking, flags.attention), tag
    return engine.caption, tag


def _take(result: PictureResult, files, flags) -> PictureResult:
    """Put a result into the files or on stdout; return it, or what went wrong there."""
    if files:
        result = result_text.add_to(files, result)
    if result.error and not flags.json:
        say(f"error: {result.error}")
    if flags.json or flags.explain or not files:
        for line in result_text.lines_of(result, _shown(flags), json=flags.json):
            say(line, sys.stdout)
    return result


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
