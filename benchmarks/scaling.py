"""python -m benchmarks.scaling: how the cost grows with the work.

Draws speed against the size of a batch, the number of beams and the length of
sequences, and time and memory of `captioning.caption` against the number of photos. All
data but the run is generated. The numbers are printed, too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.arguments import add_rounds_flag, parser_of
from benchmarks.performance.timing import Spread, in_turn, spread
from captioning.cli.arguments import add_run_flag, check_file_to_write, positive
from captioning.cli.which_run import chosen_run
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import exit_on_bad_input

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # pictures, of five captions each
BEAMS = (1, 2, 3, 4, 5, 6, 7, 8)
LENGTHS = (8, 16, 32, 64, 128, 256)
PHOTOS = (100, 1_000, 10_000, 100_000)
TOKENS = 8192  # steps of a pass, over all sequences, for every length
SEARCHED = 300  # photos captioned by beam search a round


class Line(NamedTuple):
    """A line of a panel.

    Attributes:
        name: in the legend.
        work: amounts of work.
        cost: the cost of each.
    """

    name: str
    work: list[int]
    cost: list[Spread]


class Panel(NamedTuple):
    """One panel of the figure: title, labels of the axes, and lines."""

    title: str
    work: str
    cost: str
    lines: list[Line]


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "scaling",
        "Draw cost against work: batches, beams, sequences, photos.",
        "--run runs/harbour-lstm",
    )
    add_run_flag(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("scaling.png"),
        metavar="FILE",
        help="the PNG to write (default: %(default)s)",
    )
    add_rounds_flag(parser, 7)
    parser.add_argument(
        "--photos",
        type=positive,
        default=PHOTOS[-1],
        metavar="N",
        help="largest number of photos for the command; with EfficientNet, 100,000 "
        "take most of an hour (default: %(default)s)",
    )
    flags = parser.parse_args(argv)
    check_file_to_write("--out", flags.out, [".png"])
    import_tensorflow()
    run = chosen_run(flags, "captions")
    panels = []
    for panel in _panels(run, flags.rounds, flags.photos):
        _print(panel)
        panels.append(panel)
    draw(panels, flags.out)
    print(f"drawn in {flags.out}")
    return 0


def _panels(run: Path, rounds: int, photos: int) -> Iterator[Panel]:
    """Yield the panels, each as soon as it is measured."""
    yield _by_batch(rounds)
    yield _by_length(rounds)
    yield _by_beams(run, rounds)
    yield from _by_photos(run, photos)


def _by_batch(rounds: int) -> Panel:
    from benchmarks.performance.training_step import made_up_batch, our_step
    from captioning.tasks.config import override
    from captioning.tasks.registry import preset

    generator = np.random.default_rng(0)
    base = preset("captions", "flickr8k")
    costs = []
    for size in BATCHES:
        config = override(base, batch_size=size)
        batch = made_up_batch(config, generator)
        seconds = in_turn({"step": our_step(config, batch)}, rounds)["step"]
        costs.append(spread([len(batch.token_ids) / each for each in seconds]))
    return Panel(
        "training step, preset flickr8k",
        "pictures a batch",
        "captions/s",
        [Line("ours", list(BATCHES), costs)],
    )


def _by_length(rounds: int) -> Panel:
    from benchmarks.performance.recurrence import keras_layer, our_layer, training_pass

    makers = {"ours": our_layer, "keras.layers.LSTM": keras_layer}
    costs: dict[str, list[Spread]] = {name: [] for name in makers}
    for length in LENGTHS:
        shape = (TOKENS // length, length)
        ways = {
            name: training_pass(make("lstm"), shape) for name, make in makers.items()
        }
        for name, seconds in in_turn(ways, rounds).items():
            costs[name].append(spread([1e6 * each / TOKENS for each in seconds]))
    return Panel(
        f"LSTM, forward and backward, {TOKENS:,} steps",
        "steps a sequence",
        "microseconds a step",
        [Line(name, list(LENGTHS), cost) for name, cost in costs.items()],
    )


def _by_beams(run: Path, rounds: int) -> Panel:
    from benchmarks.performance.search import cached_regions, without_encoder
    from captioning.tasks.captions.generation import caption_rows

    captions, regions = cached_regions(run, SEARCHED)
    with without_encoder(captions):
        ways = {}
        for beams in BEAMS:
            search = captions.captioner(num_beams=beams, rerank=False)
            ways[str(beams)] = lambda search=search: caption_rows(search, regions)
        seconds = in_turn(ways, rounds)
    return Panel(
        f"search, {len(regions)} photos from cached regions",
        "beams",
        "photos/s",
        [
            Line(
                "ours",
                list(BEAMS),
                [spread([len(regions) / s for s in all_]) for all_ in seconds.values()],
            )
        ],
    )


def _by_photos(run: Path, most: int) -> list[Panel]:
    from benchmarks.performance.memory import captioned

    counts = [count for count in PHOTOS if count <= most]
    found = [captioned(run, count) for count in counts]
    return [
        Panel(
            "the command, whole process",
            "photos",
            "seconds",
            [Line("ours", counts, [spread([one.seconds]) for one in found])],
        ),
        Panel(
            "the command, peak memory",
            "photos",
            "MB",
            [Line("ours", counts, [spread([one.peak_bytes / 1e6]) for one in found])],
        ),
    ]


def _print(panel: Panel) -> None:
    print(f"{panel.title}: {panel.cost} by {panel.work}")
    for line in panel.lines:
        for work, cost in zip(line.work, line.cost, strict=True):
            print(f"  {line.name:<18} {work:>7}  {cost:.1f}", flush=True)


def draw(panels: list[Panel], path: Path) -> None:
    """Draw all panels, two a row: medians, with bands from minimum to maximum.

    Args:
        panels: to draw.
        path: a PNG file; an existing one is replaced.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter

    matplotlib.use("Agg")  # works without a screen
    rows = -(-len(panels) // 2)
    figure = Figure(figsize=(7.2, 3.2 * rows), layout="constrained")
    for place, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, 2, place)
        for line, look in zip(panel.lines, ("o-", "s--"), strict=False):
            axes.plot(
                line.work, [cost.median for cost in line.cost], look, label=line.name
            )
            axes.fill_between(
                line.work,
                [cost.least for cost in line.cost],
                [cost.most for cost in line.cost],
                alpha=0.2,
            )
        axes.set_title(panel.title, fontsize=10)
        axes.set(xlabel=panel.work, ylabel=panel.cost)
        if max(panel.lines[0].work) > 10:
            axes.set_xscale("log", base=10 if panel.work == "photos" else 2)
            axes.xaxis.set_major_formatter("{x:,.0f}")
        if panel.cost == "seconds":
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter(NullFormatter())
        else:
            most = max(cost.most for line in panel.lines for cost in line.cost)
            axes.set_ylim(0, 1.05 * most)
        axes.grid(alpha=0.3)
        if len(panel.lines) > 1:
            axes.legend(fontsize=8)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    exit_on_bad_input(main)
