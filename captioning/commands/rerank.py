"""captioning rerank: a run -> what puts its captions in a better order."""

import sys
from pathlib import Path

from captioning.cli.arguments import Parser, add_run_flag, positive
from captioning.cli.which_run import chosen_run
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input

EXAMPLE = """examples:
  python -m captioning rerank --run runs/flickr8k
  python -m captioning rerank --run runs/flickr8k --data data/flickr8k data/mine

The reranker is a file of the run, RUN/captions/reranker.npz. Where it is, caption,
evaluate and export use it; their --no-rerank does without. To remove it, delete it.
After more training make it again: it is of the regions that the run sees now.
"""


def main(argv: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m captioning rerank",
        description="Learn from the training captions of a run which of the captions "
        "that it finds agrees most with what people may be expected to write, and "
        "which words a picture can rule out; choose the options on dev, and say what "
        "this gives there. The captions of the run are in that order, and without "
        "those words, from then on.",
        epilog=EXAMPLE,
    )
    add_run_flag(parser)
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="prepared data sets: it learns from the train splits of all, and the dev "
        "split of the first chooses (default: the run's data set)",
    )
    parser.add_argument(
        "--beams",
        type=positive,
        default=10,
        metavar="K",
        help="captions that are searched for, of which the best is shown, if a command "
        "is given no other number (default: 10)",
    )
    flags = parser.parse_args(argv)
    if flags.beams < 2:
        raise BadInput(
            "--beams is 1, and one caption has no order; expected 2 or more."
        )
    import_tensorflow()
    import tensorflow as tf

    from captioning.tasks.captions.reranker_choice import Dev, compare, fit
    from captioning.tasks.captions.reranker_file import FILE
    from captioning.training.loading import load_run
    from captioning.training.manifest import replacing_file

    # It warns of functions that are traced anew: each number of beams is a new one.
    tf.get_logger().setLevel("ERROR")
    run = load_run(chosen_run(flags, "captions"), encoder=False)
    captions = run.task("captions")
    data = flags.data or [run.data["captions"]]
    dev = Dev(captions, data[0])
    captions.reranker, tried, detected = fit(captions, data, flags.beams, dev)
    with replacing_file(run.directory, f"captions/{FILE}") as partial:
        partial.write_bytes(captions.reranker.to_bytes())
    for word in detected:
        print(
            f"{', '.join(word.words)}: said only where a detector finds it (area under "
            f"ROC {word.area:.3f}, of {word.num_pictures:,} pictures)"
        )
    print(f"{'pictures':>8} {'ridge':>6} {'n-grams':>8} {'CIDEr-D of dev':>15}")
    for one in tried:
        print(
            f"{one.min_pictures:>8} {one.strength:>6} {one.num_ngrams:>8,} "
            f"{one.cider_d:>15.4f}"
        )
    print(f"\n{'beams':>8} {'before':>8} {'after':>8} {'photos/s':>9} {'after':>8}")
    in_search_order = {}
    for row in compare(captions.reranker, dev):
        in_search_order[row.num_beams] = row.before
        print(
            f"{row.num_beams:>8} {row.before:>8.4f} {row.after:>8.4f} "
            f"{row.rate_before:>9.0f} {row.rate_after:>8.0f}"
        )
    file = run.directory / "captions" / FILE
    print(f"wrote {file}", file=sys.stderr)
    own_beams = captions.config.search.num_beams
    without = in_search_order.get(own_beams, 0.0)
    if (best := max(one.cider_d for one in tried)) < without:
        say(
            f"captions of dev are worse so: CIDEr-D {best:.3f}, and {without:.3f} by "
            f"{own_beams} beams in the order of the search; few photos are too few to "
            f"learn from. To have that order again, remove {file}"
        )
    return 0


if __name__ == "__main__":
    exit_on_bad_input(main)
