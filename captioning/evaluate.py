"""python -m captioning.evaluate: a run, or a file of captions -> scores."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from captioning.cli.commands import (
    SEARCHING,
    add_candidates_flags,
    add_run_flag,
    add_task_flag,
    check_file_to_write,
    chosen_run,
    positive,
)
from data_prep.atomic import write_text
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

EXAMPLE = """examples:
  python -m captioning.evaluate --run runs/flickr8k --split test --out test.json
  python -m captioning.evaluate --captions test.json --data data/flickr8k --split test
  python -m captioning.evaluate --model photos.tflite --data data/flickr8k
  python -m captioning.evaluate --run runs/a --ensemble runs/b runs/c

Scores are coco-caption's: its PTB tokenisation, BLEU, ROUGE-L and CIDEr-D, without
Java; METEOR is NLTK's and needs WordNet, which NLTK finds through NLTK_DATA.
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m captioning.evaluate",
        description="Score a run, or captions, against what people wrote.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_run_flag(parser)
    parser.add_argument(
        "--ensemble",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="further runs, whose probabilities are averaged with --run's word by word",
    )
    add_task_flag(parser, "which of the run's tasks")
    add_candidates_flags(parser, required=False)
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="score what this .tflite file says of the pictures themselves",
    )
    parser.add_argument(
        "--beams", type=positive, metavar="K", help="(default: the run's)"
    )
    parser.add_argument(
        "--length-penalty", type=float, metavar="X", help="(default: the run's)"
    )
    parser.add_argument(
        "--grey",
        action="store_true",
        help="show the run a grey picture each time: what it says without looking",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the captions there, as JSON"
    )
    parser.add_argument("--json", action="store_true", help="print scores as JSON")
    parser.add_argument(
        "--habits",
        action="store_true",
        help="say too how the captions are written: their length, their words, how "
        "many break off or repeat themselves; beside people's",
    )
    flags = parser.parse_args(argv)
    if (flags.captions or flags.model) and flags.task != "captions":
        raise BadInput(
            "--captions and --model are scored as captions, and --task is "
            f"{flags.task}; expected captions: leave --task out."
        )
    import_tensorflow()
    of = _of_file if flags.captions else _of_model if flags.model else _of_run
    scores = of(flags)
    if flags.json:
        print(json.dumps(scores))
    else:
        from captioning.tasks.registry import TASKS
        from captioning.training.report import score_table

        print(score_table(scores))
        if note := TASKS[flags.task].score_note:
            print(f"({note})")
    return 0


def _of_file(flags) -> dict[str, float | None]:
    of_a_model = (
        flags.run,
        flags.ensemble,
        flags.model,
        flags.grey,
        flags.out,
        flags.beams,
        flags.length_penalty,
    )
    if any(flag not in (None, False) for flag in of_a_model):
        raise BadInput(
            "--captions goes with --data, --split, --habits and --json only."
        )
    if not flags.data:
        raise BadInput("--captions needs --data, the data set that has the references.")
    from captioning.tasks.caption_scores import read_candidates, references_of

    captions = read_candidates(flags.captions)
    references = references_of(captions, flags.data, flags.split)
    return _scores(captions, references, flags.habits)


def _of_model(flags) -> dict[str, float | None]:
    of_a_run = (flags.run, flags.ensemble, flags.grey, flags.out, flags.length_penalty)
    if any(flag not in (None, False) for flag in of_a_run):
        raise BadInput(
            "--model goes with --data, --split, --beams, --habits and --json only."
        )
    if not flags.data:
        raise BadInput("--model needs --data, the data set that has the pictures.")
    from tqdm import tqdm

    from captioning.inference.litert.captioner import LiteRTCaptioner
    from data_prep.prepared.captions import load_captions
    from data_prep.prepared.records import read_shards

    caption = LiteRTCaptioner(flags.model, flags.beams)
    # What cannot be scored is not captioned for minutes first.
    references = load_captions(flags.data, flags.split)
    captions = {}
    records = read_shards(flags.data, flags.split).as_numpy_iterator()
    for record in tqdm(records, desc=f"captions of {flags.split}", unit=" pictures"):
        ((best, *_),) = caption([record["image"]])
        captions[record["image_id"].decode("utf-8")] = best.caption
    return _scores(captions, references, flags.habits)


def _of_run(flags) -> dict[str, float | None]:
    from captioning.training import run_directory
    from data_prep.prepared.captions import load_captions

    if flags.out:
        check_file_to_write("--out", flags.out)
    of_captions = flags.out or flags.grey or flags.ensemble or flags.habits
    if flags.task != "captions" and of_captions:
        raise BadInput(
            "--out, --grey, --ensemble and --habits are about captions; leave them out."
        )
    if flags.ensemble and flags.grey:
        raise BadInput("--grey is about one run; leave it out, or --ensemble.")
    of_search = flags.beams or flags.length_penalty is not None
    if of_search and flags.task not in SEARCHING:
        raise BadInput(
            "--beams and --length-penalty are about what is written, and "
            f"{flags.task} writes nothing; leave them out."
        )
    run = run_directory.load_run(chosen_run(flags, flags.task), encoder=False)
    task = run.task(flags.task)
    knobs = {"num_beams": flags.beams, "length_penalty": flags.length_penalty}
    knobs = {name: value for name, value in knobs.items() if value is not None}
    try:
        task.config = dataclasses.replace(task.config, **knobs)
    except ValueError as error:
        raise BadInput(str(error)) from error
    data = flags.data or run.data[flags.task]
    if not (flags.out or flags.grey or flags.ensemble or flags.habits):
        return task.scores(data, flags.split)
    if flags.ensemble:
        from captioning.inference.ensemble import caption_split

        others = [run_directory.load_run(one, encoder=False) for one in flags.ensemble]
        members = [task, *(other.task("captions") for other in others)]
        captions = caption_split(members, data, flags.split)
    else:
        captions = task.caption_split(data, flags.split, grey=flags.grey)
    if flags.out:
        listed = [{"image": i, "caption": c} for i, c in captions.items()]
        write_text(flags.out, json.dumps(listed, ensure_ascii=False, indent=1) + "\n")
        print(f"wrote {len(listed)} captions to {flags.out}", file=sys.stderr)
    return _scores(captions, load_captions(data, flags.split), flags.habits)


def _scores(
    captions: dict[str, str], references, habits: bool
) -> dict[str, float | None]:
    """Return the scores, by name, of one caption an image of a
    `data_prep.prepared.captions.SplitCaptions`; `habits` too, if asked for."""
    from captioning.tasks.caption_scores import caption_diversity, scores_of

    shown = caption_diversity(captions, references) if habits else {}
    return scores_of(captions, references) | shown


if __name__ == "__main__":
    exit_on_bad_input(main)
