"""python -m benchmarks.pointing: does the attention point at what the word names?

The pointing game (Zhang et al. 2016, "Top-down Neural Attention by Excitation
Backprop"), on the harbour, where the box of every thing is known. A run captions a
picture. For every noun of its caption that names a thing of the scene, take the region
with the highest attention weight for that noun: a hit if the centre of its cell is in
the thing's box. Of "rowing boat" the head noun "boat" counts. Things smaller than a
cell can hardly be hit; "touched" asks only that cell and box overlap.

For comparison, without attention:

- chance, and chance to touch: a random region.
- one region: the same region every time, the best one, chosen with hindsight.
- possible: nouns whose box contains a centre at all; small things may contain none.
- any word: for a noun of two words ("rowing boat"), the word with the higher peak.

A region is the cell of a feature map, but the network sees a much larger part of the
picture there. So a hit shows that the weights are high at the thing, not that they are
high because of it.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.arguments import parser_of
from benchmarks.pointing_game import Pointed, Share, nouns, point, table
from captioning.cli.arguments import add_run_flag
from captioning.cli.which_run import chosen_run
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import progress
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.harbour.shapes import Box


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "pointing",
        "How often the attention's peak is in the box of the named thing, on the "
        "harbour.",
        "--run runs/harbour-lstm",
    )
    add_run_flag(parser)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a prepared harbour data set (default: the run's)",
    )
    parser.add_argument(
        "--split",
        choices=("train", "dev", "test"),
        default="test",
        help="(default: %(default)s)",
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    run = chosen_run(flags, "captions")
    pointed, absent = measure(run, flags.data, flags.split)
    names = [name.replace("_", " ") for name in Share._fields]
    print(f"| named | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for kind, share in table(pointed).items():
        shares = " | ".join(f"{value:.3f}" for value in share[1:])
        print(f"| {kind} | {share.nouns} | {shares} |")
    print(f"\n{absent} further nouns name what is not in the picture.")
    return 0


def measure(run: Path, data: Path | None, split: str) -> tuple[list[Pointed], int]:
    """Return the nouns of a run's captions, and the number that name absent things.

    Args:
        run: a run that learned captions.
        data: a prepared harbour data set; None is the run's.
        split: "train", "dev" or "test".

    Raises:
        BadInput: it is no such run, the data set is not the harbour, or no caption
            names a thing of its picture.
    """
    pointed, absent = [], 0
    for words, weights, boxes in looks_of(run, data, split):
        found = point(words, weights, boxes)
        pointed += found
        absent += len(list(nouns(words))) - len(found)
    if not pointed:
        raise BadInput(
            f"{run} names nothing that the pictures show; expected a run that learned "
            "the harbour: train it for longer, or give another --run."
        )
    return pointed, absent


def looks_of(
    run: Path, data: Path | None, split: str
) -> Iterator[tuple[list[str], np.ndarray, dict[str, Box]]]:
    """Yield for each picture the words of its best caption, the weights ``(words,
    regions)``, and the boxes in shares of its side; arguments as `measure`."""
    import tensorflow as tf

    from captioning.tasks.image_encoding import cached_rows
    from captioning.training.loading import load_run
    from data_prep.prepared.captions import load_captions

    loaded = load_run(run, encoder=False)
    captions = loaded.task("captions")
    data = data or loaded.data["captions"]
    scenes = load_captions(data, split).scenes
    if not all(scenes):
        raise BadInput(
            f"{data} does not say what its pictures show, and where; expected the "
            "harbour: give a --run that learned it, and its --data."
        )
    rows = cached_rows(captions.config, data, split)
    generated = captions.caption_split(data, split).values()
    for number, (caption, scene) in enumerate(
        zip(progress(generated, label="looks", unit="pictures"), scenes, strict=True)
    ):
        if caption:
            row = tf.constant(rows[number : number + 1])
            yield *captions.attention_maps(row, caption), boxes_of(scene)


def boxes_of(scene: str) -> dict[str, Box]:
    """Return the box of each thing of a scene, in shares of the picture's side."""
    from data_prep.harbour.render import render
    from data_prep.harbour.scene import Scene

    size = 32  # of the picture, of which only the boxes are used
    _, boxes = render(Scene.from_json(scene), size)
    return {kind: tuple(edge / size for edge in box) for kind, box in boxes.items()}


if __name__ == "__main__":
    exit_on_bad_input(main)
