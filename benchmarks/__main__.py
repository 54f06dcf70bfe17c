"""python -m benchmarks: speed and memory, beside other implementations.

Each row is a ratio of two measurements, made in turn in the same run on this machine.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.arguments import add_names_flag, add_rounds_flag, parser_of
from benchmarks.performance.folder import Folder, add_folder_flags
from benchmarks.performance.row import Row
from captioning.cli.arguments import add_run_flag
from captioning.cli.which_run import chosen_run
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

# Subjects, each a module of `benchmarks.performance`: what it is measured on, if it
# does not make that itself: a run, or a folder of photos.
SUBJECTS = {
    "peak": None,  # the machine's peak: one large matrix product
    "recurrence": None,  # a pass over a sequence, forward and backward
    "training_step": None,  # captions a second in training
    "self_critical": "run",  # captions a second in self-critical training
    "search": "run",  # photos a second in beam search, from cached regions
    "reranking": "run",  # the same with re-ranking, and by the .tflite file
    "blip": "run",  # photos a second from file to caption, beside BLIP
    "one_photo": "run",  # the command for one photo, from start to end
    "folder": "folder",  # the command for a folder of photos, beside one before
    "one_text": None,  # the command for one text, from start to end
    "texts": None,  # sentences a second, beside transformers and CTranslate2
    "features": "run",  # photos a second from file to cached features
    "memory": "run",  # the peak memory of captioning 100,000 photos
}
ROUNDS = 7  # the median of so many is little disturbed by other work on the machine


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "",
        "Measure speed and memory beside other implementations, one ratio a row. Use "
        "an idle machine.",
        "--rows recurrence training_step",
        "--run runs/flickr8k --rows search one_photo features --json",
        "--rows folder --photos Flickr8k/Images --before ../before --rounds 3",
    )
    add_names_flag(parser, "--rows", SUBJECTS, "SUBJECT")
    add_run_flag(parser)
    add_rounds_flag(parser, ROUNDS)
    add_folder_flags(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON line a row")
    parser.add_argument(
        "--at-least",
        type=float,
        metavar="SHARE",
        help="fail, with exit status 1, if a row is worse than this share of its bar: "
        "a guard against code that became slow, for machines that do other work too",
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    needs_run = any(SUBJECTS[name] == "run" for name in flags.rows)
    run = chosen_run(flags, "captions") if needs_run else None
    if run:
        from captioning.training.run_config import check_has, load_facts

        check_has(run, load_facts(run), "captions")
    given = {"run": run, "folder": Folder(flags.photos, flags.count, flags.before)}
    show = _print_json if flags.json else _print
    if not flags.json:
        print("| measured | against | value | bar | on this machine |")
        print("|---|---|---|---|---|", flush=True)
    failed, slow = False, []
    for name in flags.rows:
        try:
            for row in rows_of(name, given, flags.rounds):
                show(row)
                if flags.at_least and row.is_worse_than(flags.at_least):
                    slow.append(row)
        except BadInput as error:  # go on with the other subjects
            failed = True
            print(f"error: {name}: {error}", file=sys.stderr)
    for row in slow:
        print(
            f"error: {row.measured}, against {row.against}, is {row.value:.2f}"
            f"{row.unit}; expected {flags.at_least:g} of the bar, {row.bar:g}, or "
            "better. See what made it slow.",
            file=sys.stderr,
        )
    return 2 if failed else 1 if slow else 0


def rows_of(name: str, given: Mapping[str, Path | Folder | None], rounds: int):
    """Yield the rows of a subject, each as soon as it is measured.

    Args:
        name: of the subject.
        given: what subjects are measured on, by the words of `SUBJECTS`.
        rounds: how often each way is measured.
    """
    module = importlib.import_module(f"benchmarks.performance.{name}")
    wanted = SUBJECTS[name]
    yield from module.rows(given[wanted], rounds) if wanted else module.rows(rounds)


def _print(row: Row) -> None:
    digits = ".1f" if row.unit == "%" else ".2f"
    bar = "" if row.bar is None else f"{'<=' if row.at_most else '>='} {row.bar:g}"
    reached = {None: "", True: " (reached)", False: " (MISSED)"}[row.reached]
    print(
        f"| {row.measured} | {row.against} | {row.value:{digits}}{row.unit} "
        f"| {bar}{reached} | {row.absolute} |",
        flush=True,
    )


def _print_json(row: Row) -> None:
    line = row._asdict() | {"value": row.value._asdict(), "reached": row.reached}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    exit_on_bad_input(main)
