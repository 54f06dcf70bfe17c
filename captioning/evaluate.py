"""python -m captioning.evaluate: a run, or a file of captions -> scores."""

import json
import sys
from pathlib import Path
from typing import NamedTuple

from captioning.cli.arguments import check_file_to_write, check_new
from captioning.cli.callable_module import flags_of, make_callable
from captioning.cli.evaluate_flags import evaluate_parser
from captioning.cli.which_run import chosen_run
from captioning.metrics.score_table import score_table
from captioning.tasks.config import override
from captioning.tasks.registry import SEARCHING
from captioning.training.run_files import check_is_run
from data_prep.atomic import write_text
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input


class Evaluated(NamedTuple):
    """What `evaluate` found.

    Attributes:
        scores: by name.
        note: what a reader of them should know, or "".
        captions: what was said, by image id; of captions alone.
    """

    scores: dict[str, float]
    note: str
    captions: dict[str, str] = {}


def evaluate(**options) -> dict[str, float]:
    """Score as `python -m captioning.evaluate` does, and return the scores by name.

    Args:
        **options: the command's flags by name, such as ``run="runs/mine"``,
            ``captions="said.json"``, ``data="data/mine"`` and ``split="test"``.

    Raises:
        BadInput: an option, the run or the data set cannot be used (it is a
            `ValueError`).
    """
    flags = evaluate_parser().parse_args(flags_of(**options))
    found = _evaluated(flags)
    _write(found, flags.out)
    return found.scores


def main(argv: list[str] | None = None) -> int:
    flags = evaluate_parser().parse_args(argv)
    found = _evaluated(flags)
    if flags.json:
        print(json.dumps(found.scores))
    else:
        print(score_table(found.scores))
        if found.note:
            print(f"({found.note})")
    sys.stdout.flush()  # where the captions find no room, the scores are told
    _write(found, flags.out)
    return 0


def _evaluated(flags) -> Evaluated:
    if (flags.captions or flags.model) and flags.task != "captions":
        raise BadInput(
            "--captions and --model are scored as captions, and --task is "
            f"{flags.task}; expected captions: leave --task out."
        )
    if flags.captions:  # words alone: no TensorFlow is needed
        return _of_file(flags)
    if flags.references:
        raise BadInput("--references goes with --captions; add it, or give --data.")
    if flags.out:
        check_file_to_write("--out", flags.out)
    check_new("--out", flags.out, flags.force)
    return _of_model(flags) if flags.model else _of_run(flags)


def _of_file(flags) -> Evaluated:
    of_a_model = (
        flags.run,
        flags.ensemble,
        flags.model,
        flags.grey,
        flags.out,
        flags.force,
        flags.beams,
        flags.length_penalty,
        not flags.rerank,
    )
    if any(flag not in (None, False) for flag in of_a_model):
        raise BadInput(
            "--captions goes with --data, --split, --references, --diversity and "
            "--json only."
        )
    if bool(flags.data) == bool(flags.references):
        raise BadInput(
            "--captions needs --data, the data set that has the references, or "
            "--references, a file of them; expected one of the two."
        )
    from captioning.tasks.caption_scores import (
        read_candidates,
        references_of,
        with_references_of_file,
    )

    captions = read_candidates(flags.captions)
    if flags.references:
        captions, references = with_references_of_file(captions, flags.references)
    else:
        references = references_of(captions, flags.data, flags.split)
    return _scores(captions, references, flags.diversity)


def _of_model(flags) -> Evaluated:
    of_a_run = (flags.run, flags.ensemble, flags.grey, flags.length_penalty)
    if any(flag not in (None, False) for flag in of_a_run):
        raise BadInput(
            "--model goes with --data, --split, --beams, --out, --force, --diversity "
            "and --json only."
        )
    if not flags.data:
        raise BadInput("--model needs --data, the data set that has the pictures.")
    from captioning.inference.choose_engine import load
    from data_prep.prepared.captions import load_captions
    from data_prep.prepared.checksums import verify
    from data_prep.prepared.dataset_info import DatasetInfo

    # Before minutes of captioning: the references and the pictures are whole.
    references = load_captions(flags.data, flags.split)
    verify(flags.data, DatasetInfo.load(flags.data), flags.split)
    engine = load(
        flags.model,
        flags.beams,
        rerank=flags.rerank,
        trust_model=flags.trust_model,
    )
    import_tensorflow()
    from captioning.inference.caption_split import caption_split
    from captioning.training.seen_photos import warn_of_seen_photos

    warn_of_seen_photos(flags.model, flags.data, flags.split)
    captions = caption_split(engine, flags.data, flags.split)
    return _scores(captions, references, flags.diversity)


def _of_run(flags) -> Evaluated:
    from data_prep.prepared.captions import load_captions

    of_captions = flags.out or flags.grey or flags.ensemble or flags.diversity
    if flags.task != "captions" and of_captions:
        raise BadInput(
            "--out, --grey, --ensemble and --diversity are about captions; leave them "
            "out."
        )
    if flags.ensemble and flags.grey:
        raise BadInput("--grey is about one run; leave it out, or --ensemble.")
    of_search = flags.beams or flags.length_penalty is not None
    if of_search and flags.task not in SEARCHING:
        raise BadInput(
            "--beams and --length-penalty are about what is written, and "
            f"{flags.task} writes nothing; leave them out."
        )
    if not flags.rerank and flags.task != "captions":
        raise BadInput("--no-rerank is about captions; leave it out.")
    directory = chosen_run(flags, flags.task)
    for each in (directory, *(flags.ensemble or [])):
        check_is_run(each)
    import_tensorflow()
    from captioning.training.loading import load_run

    run = load_run(directory, encoder=False, rerank=flags.rerank)
    task = run.task(flags.task)
    options = {"num_beams": flags.beams, "length_penalty": flags.length_penalty}
    options = {name: value for name, value in options.items() if value is not None}
    try:
        task.config = override(task.config, **options)
    except ValueError as error:
        raise BadInput(str(error)) from error
    if flags.task == "captions" and task.reranker is not None:
        _set_reranker(task, flags)
    data = flags.data or run.data[flags.task]
    if flags.task != "captions":
        return Evaluated(task.scores(data, flags.split), task.score_note)
    from captioning.training.run_config import start_of
    from captioning.training.seen_photos import warn_of_seen_photos

    for learned in (directory, start_of(directory)):
        if learned:
            warn_of_seen_photos(learned, data, flags.split)
    if flags.ensemble:
        from captioning.inference.ensemble import caption_by_ensemble

        others = [load_run(one, encoder=False) for one in flags.ensemble]
        members = [task, *(other.task("captions") for other in others)]
        captions = caption_by_ensemble(members, data, flags.split)
    else:
        captions = task.caption_split(data, flags.split, grey=flags.grey)
    return _scores(captions, load_captions(data, flags.split), flags.diversity)


def _set_reranker(task, flags) -> None:
    """Let the reranker of a run's captions have as many beams as the flags say."""
    if flags.ensemble:
        say("the captions of an ensemble are not re-ranked")
    elif flags.beams:
        task.reranker = task.reranker._replace(num_beams=flags.beams)


def _write(found: Evaluated, out: Path | None) -> None:
    if out is None:
        return
    listed = [{"image": i, "caption": c} for i, c in found.captions.items()]
    write_text(out, json.dumps(listed, ensure_ascii=False, indent=1) + "\n")
    print(f"wrote {len(listed)} captions to {out}", file=sys.stderr)


def _scores(captions: dict[str, str], references, diversity: bool) -> Evaluated:
    """Score one caption an image of a `data_prep.prepared.captions.SplitCaptions`, by
    `diversity` too, if asked for."""
    from captioning.tasks.caption_scores import caption_diversity, scored_in, scores_of

    shown = caption_diversity(captions, references) if diversity else {}
    people = (text for each in references.captions for text in each)
    scores = scores_of(captions, references) | shown
    return Evaluated(scores, scored_in(people), captions)


make_callable(__name__, evaluate)

if __name__ == "__main__":
    exit_on_bad_input(main)
