"""python -m captioning.caption: photos -> captions."""

import contextlib
import functools
import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import cast, overload

from captioning.cli import caption_flags, shard_flags
from captioning.cli.callable_module import make_callable
from captioning.cli.which_run import chosen_captioner
from captioning.inference import picture_batches, result_text
from captioning.inference.alt_text import AltTextPage
from captioning.inference.attention_file import captioning_and_drawing
from captioning.inference.choose_engine import load
from captioning.inference.confidence import unsure
from captioning.inference.engine import LookingEngine, check_gives_confidence
from captioning.inference.model_paths import check_run_or_export
from captioning.inference.picture_inputs import Picture
from captioning.inference.predictor import Predictor
from captioning.inference.result_file import OneFile
from captioning.inference.results import PictureResult
from captioning.inference.shards.caption_shard import ShardCaptioner
from captioning.inference.shards.plan import (
    Plan,
    digest,
    number_of_shards,
    part_of,
    read_list,
)
from captioning.inference.shards.shard_files import ShardFiles
from captioning.inference.sidecars import Sidecars
from captioning.inference.unfinished import Unfinished, may_replace
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import say
from data_prep.errors import exit_on_bad_input
from data_prep.pictures.places import Place, place


def main(argv: list[str] | None = None) -> int:
    flags = caption_flags.parse(argv)
    if flags.shard or flags.engine:
        return _by_shards(flags, sys.argv[1:] if argv is None else argv)
    if flags.attention:
        importlib.import_module("matplotlib")  # its absence is told before the search
    if flags.resume and not may_replace(flags.out, resume=True, force=flags.force):
        say(f"{flags.out} was written, nothing is left to go on with")
        return 0
    paths, files = _work(flags)
    caption_flags.check_pictures(flags, paths)
    if files and not paths:
        say(files.finish())
        return 0
    num_failed = num_unsure = 0
    with (
        _saying_what_is_kept(files),
        picture_batches.captioning(
            paths, lambda: _loaded(flags), flags.min_confidence
        ) as results,
    ):
        for result in results:
            result = result_text.between(result, flags.prefix, flags.suffix)
            num_failed += bool(_take(result, files, flags).error)
            num_unsure += bool(
                result.captions and unsure(result.captions[0].confidence)
            )
    if files:
        counts = {"unsure, below 50 %": num_unsure, "failed": num_failed}
        # The captions of before a stop are not counted again.
        of = f" of the {len(paths):,} done now" if flags.resume else ""
        notes = [f"{count}{of} {what}" for what, count in counts.items() if count]
        say("; ".join([files.finish(), *notes]))
    return 2 if num_failed == len(paths) else 0


@contextlib.contextmanager
def _saying_what_is_kept(files) -> Iterator[None]:
    """In this block, a stop is followed by a line on how to go on."""
    try:
        yield
    except KeyboardInterrupt:  # SIGTERM is one, too
        if isinstance(files, OneFile):
            say(files.stopped())
        raise


def _pictures(flags) -> list[Place]:
    if flags.list:
        return [place(name) for name in read_list(flags.list)]
    return picture_batches.pictures_in(flags.paths)


def _by_shards(flags, argv: Sequence[str]) -> int:
    """Caption one shard of the pictures, or all of them on Ray, and join them then.
    Shards that are there are not done again."""
    if flags.engine:
        flags.threads = flags.threads or 1
        from captioning.inference.shards.ray_workers import caption_on_ray
    names = read_list(flags.list) if flags.list else list(map(str, _pictures(flags)))
    number, shards = flags.shard or (None, number_of_shards(len(names)))
    plan = Plan(
        shards,
        len(names),
        digest(names),
        caption_flags.of_captions(flags),
        _shown(flags),
        shard_flags.command_of(argv),
    )
    files = ShardFiles(flags.out, plan, force=flags.force)
    captioner = ShardCaptioner(
        functools.partial(_loaded, flags),
        flags.min_confidence,
        flags.prefix,
        flags.suffix,
    )
    if number is None:
        caption_on_ray(
            files,
            names,
            captioner,
            address=flags.address,
            workers=flags.workers,
            threads=flags.threads,
        )
        return 0 if files.join(flags.out) else 2
    if number in files.missing() or flags.force:
        files.write(number, captioner(part_of(names, number, shards)))
    else:
        say(f"{files.file(number)} was written, nothing is left to do")
    return 0


def _work(flags) -> tuple[Sequence[Place], OneFile | Sidecars | AltTextPage | None]:
    """Return the pictures to caption, and the files that the captions go to, if any."""
    if flags.alt_text:
        page = AltTextPage(flags.alt_text, flags.out)
        if page.note:
            say(page.note)
        return page.pictures, page
    paths = _pictures(flags)
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
        by = "their scores"
        if engine.is_reranked:
            by = "their expected CIDEr-D, which stands before the score"
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
