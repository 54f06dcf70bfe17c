"""python -m captioning.gap: which cell remembers a word over how many steps."""

import argparse
import dataclasses
import sys
from pathlib import Path

from captioning.cli.arguments import Parser, check_new, positive
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input

SEEDS, PROCESSES = 3, 2

EXAMPLE = """examples:
  python -m captioning.gap --out runs/gap                  # all of it
  python -m captioning.gap --out runs/gap --draw           # the figures again
  python -m captioning.gap --out runs/gap --boat           # the same in sentences
  python -m captioning.gap --out runs/gap --sentence       # gates, word by word
  python -m captioning.gap --out runs/few --gaps 2 20 100 --seeds 1 --steps 300
  python -m captioning.gap --out runs/small-words --word-scale 0.25

After a stop, the same command goes on: finished runs are not repeated.
"""


def main(argv: list[str] | None = None) -> int:
    flags = _parser().parse_args(argv)
    _check_options(flags)
    import_tensorflow()
    if flags.sentence:
        _sentence(flags)
    elif flags.boat:
        _boat(flags)
    else:
        _gap(flags)
    return 0


def _check_options(flags) -> None:
    """Refuse options that --boat or --sentence would ignore, since its results would be
    misread; and --force where nothing is replaced."""
    of_gaps = _given(flags, "gaps", "word_scale", "processes")
    if flags.sentence:
        ignored = of_gaps + _given(flags, "seeds", "boat", "draw", "force")
        if ignored:
            raise BadInput(
                f"--sentence was given with {' and '.join(ignored)}; expected no other "
                "option than --out, --cells and --steps. Leave the others out, or "
                "leave out --sentence."
            )
    if flags.boat and of_gaps:
        raise BadInput(
            f"--boat was given with {' and '.join(of_gaps)}; expected none of --gaps, "
            "--word-scale and --processes, which its sentences do not have. Leave out "
            "--boat, or the others."
        )
    if flags.force and (flags.draw or not flags.boat):
        raise BadInput("--force goes with --boat, without --draw; leave it out.")


def _given(flags, *names: str) -> list[str]:
    """Return the flags of these names that were given."""
    return [f"--{name.replace('_', '-')}" for name in names if getattr(flags, name)]


def _gap(flags) -> None:
    from captioning.experiments.long_term import recall_results, sweep
    from captioning.experiments.long_term.comparable_cells import CELLS
    from captioning.experiments.long_term.recall_task import GAPS, Budget

    if flags.draw:
        results = sweep.read_results(flags.out)
        if not results:
            raise BadInput(
                f"{flags.out} has no results to draw; expected "
                f"{sweep.RESULTS} there: leave out --draw to make them."
            )
    else:
        names = [field.name for field in dataclasses.fields(Budget)]
        given = {name: getattr(flags, name, None) for name in names}
        results = sweep.run_sweep(
            flags.out,
            Budget(**{name: x for name, x in given.items() if x is not None}),
            cells=flags.cells or CELLS,
            gaps=flags.gaps or GAPS,
            seeds=range(flags.seeds or SEEDS),
            processes=flags.processes or PROCESSES,
        )
    print(recall_results.table(results))
    for path in recall_results.draw(results, flags.out):
        print(f"drawn: {path}", file=sys.stderr)


def _boat(flags) -> None:
    from captioning.experiments.long_term import cloze, cloze_results
    from captioning.experiments.long_term.comparable_cells import CELLS
    from captioning.plots import long_term as plots

    if flags.draw:
        results = cloze_results.load(flags.out)
    else:
        # Before minutes of training.
        check_new("--out", flags.out / cloze_results.RESULTS, flags.force)
        cloze_results.check_out(flags.out)
        results = cloze_results.measure(
            flags.cells or CELLS,
            seeds=range(flags.seeds or SEEDS),
            steps=flags.steps or cloze.STEPS,
        )
        cloze_results.save(results, flags.out)
    print(cloze_results.table(results))
    picture = flags.out / "boat.png"
    plots.draw_cloze(results, cloze.CHANCE, picture)
    print(f"drawn: {picture}", file=sys.stderr)


def _sentence(flags) -> None:
    from captioning.experiments.long_term import along_sentence, cloze, cloze_results
    from captioning.experiments.long_term.comparable_cells import CELLS
    from captioning.plots.long_term import draw_sentence

    cloze_results.check_out(flags.out)
    readings = []
    for cell in flags.cells or CELLS:
        print(f"training: {cell}", file=sys.stderr)
        model, _ = cloze.train_word_model(
            cell, [along_sentence.FILLER], steps=flags.steps or cloze.STEPS
        )
        readings.append(along_sentence.read_sentence(model, cell))
    print(along_sentence.table(readings))
    picture = flags.out / "sentence.png"
    draw_sentence(readings, picture)
    print(f"drawn: {picture}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m captioning.gap",
        description="Train an Elman cell and LSTM cells of the same size to recall a "
        "word after many steps; print their accuracy, and draw it.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("runs/gap"),
        help="results and figures go there (default: runs/gap)",
    )
    parser.add_argument(
        "--cells",
        nargs="+",
        choices=("elman", "lstm", "lstm_chrono"),
        metavar="CELL",
        help="elman, lstm (forget bias 1) or lstm_chrono (default: all three)",
    )
    parser.add_argument(
        "--gaps",
        type=positive,
        nargs="+",
        metavar="STEPS",
        help="(default: 1 2 5 10 20 50 100 200)",
    )
    parser.add_argument(
        "--seeds", type=positive, metavar="N", help=f"(default: {SEEDS})"
    )
    parser.add_argument(
        "--steps",
        type=positive,
        metavar="N",
        help="batches of a run at most (default: 1000; of sentences 600)",
    )
    parser.add_argument(
        "--word-scale",
        type=_above_zero,
        metavar="X",
        help="initial standard deviation of the embedding (default: 1); the "
        "smaller it is, the more linear is the Elman cell's tanh",
    )
    parser.add_argument(
        "--processes",
        type=positive,
        metavar="N",
        help=f"runs at a time, one core each (default: {PROCESSES})",
    )
    parser.add_argument(
        "--boat",
        action="store_true",
        help='the same in words: "the boat is on the ___", "a ___ is driving that"',
    )
    parser.add_argument(
        "--sentence",
        action="store_true",
        help="one such sentence: the gradient that arrives at each word, and the "
        "forget gates there",
    )
    parser.add_argument(
        "--draw", action="store_true", help="only draw what --out already holds"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="with --boat: replace its results in --out, if there are any",
    )
    return parser


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"got {text!r}; expected a number above 0")
    return number


if __name__ == "__main__":
    exit_on_bad_input(main)
