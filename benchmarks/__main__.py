"""python -m benchmarks: what it costs, beside what people would use instead.

Each row is a ratio of two things measured in turn, on this machine, in this run.
"""

import importlib
import json
import sys
from pathlib import Path

from benchmarks.rows.row import Row
from captioning.cli.arguments import Parser, add_run_flag, positive
from captioning.cli.runs import chosen_run
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

# By name: a module of `benchmarks.rows`, and whether it asks for a run.
SUBJECTS = {
    "peak": False,
    "recurrence": False,
    "training_step": False,
    "self_critical": True,
    "search": True,
    "blip": True,
    "one_photo": True,
    "features": True,
    "memory": True,
}
ROUNDS = 7  # of each way, in turn: the median forgives a busy machine

EXAMPLE = """examples:
  python -m benchmarks --rows recurrence training_step
  python -m benchmarks --run runs/flickr8k --rows search one_photo features --json
"""


def main(argv: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m benchmarks",
        description="Time the project beside what people would use instead; a ratio "
        "a row, measured in turn. An idle machine gives the better figures.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "--rows",
        nargs="+",
        choices=SUBJECTS,
        default=list(SUBJECTS),
        metavar="SUBJECT",
        help=f"which: {', '.join(SUBJECTS)} (default: all)",
    )
    add_run_flag(parser)
    parser.add_argument(
        "--rounds",
        type=positive,
        default=ROUNDS,
        metavar="N",
        help="measurements of each, in turn (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="a line a row")
    flags = parser.parse_args(argv)
    import_tensorflow()
    needs_run = any(SUBJECTS[name] for name in flags.rows)
    run = chosen_run(flags, "captions") if needs_run else None
    if run:
        from captioning.training.run_directory import check_has, load_facts

        check_has(run, load_facts(run), "captions")
    say = _say_json if flags.json else _say
    if not flags.json:
        print("| measured | against | value | bar | on this machine |")
        print("|---|---|---|---|---|", flush=True)
    failed = False
    for name in flags.rows:
        try:
            for row in rows_of(name, run, flags.rounds):
                say(row)
        except BadInput as error:  # the others can be measured all the same
            failed = True
            print(f"error: {name}: {error}", file=sys.stderr)
    return 2 if failed else 0


def rows_of(name: str, run: Path | None, rounds: int):
    """Yield the rows of a subject, each as soon as it is measured."""
    module = importlib.import_module(f"benchmarks.rows.{name}")
    yield from module.rows(run, rounds) if SUBJECTS[name] else module.rows(rounds)


def _say(row: Row) -> None:
    digits = ".1f" if row.unit == "%" else ".2f"
    bar = "" if row.bar is None else f"{'<=' if row.at_most else '>='} {row.bar:g}"
    reached = {None: "", True: " (reached)", False: " (MISSED)"}[row.reached]
    print(
        f"| {row.measured} | {row.against} | {row.value:{digits}}{row.unit} "
        f"| {bar}{reached} | {row.absolute} |",
        flush=True,
    )


def _say_json(row: Row) -> None:
    line = row._asdict() | {"value": row.value._asdict(), "reached": row.reached}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    exit_on_bad_input(main)
