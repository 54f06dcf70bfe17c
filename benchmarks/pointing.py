"""python -m benchmarks.pointing: does the attention point at what the word names?

The pointing game (Zhang et al. 2016, "Top-down Neural Attention by Excitation
Backprop"), of the harbour, which knows where it drew each thing. A run captions a
picture; for every noun of its caption that names a thing of the scene, the region with
the highest weight as that noun is chosen is a hit if the centre of its cell lies in the
thing's box. The head noun counts: of "rowing boat" it is "boat". Things smaller than a
cell can hardly be hit so; "touched" is the same where cell and box only have to meet.

Beside it stands what costs no attention at all:

- chance, and chance to touch: what a random region gives.
- one region: the same region each time, the best there is, chosen with hindsight.
- possible: nouns whose box holds any centre; small things may lie between.
- any word: the hits of the sharper word, where the noun is of two ("rowing boat"): the
  one whose weight peaks higher.

A region is named by its cell, but sees far more of the picture than that; a hit
tells that the weights are high where the thing is, not that they are so because of it.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from captioning.cli.commands import add_run_flag, chosen_run
from data_prep.console import import_tensorflow
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.harbour.sentences import NOUNS
from data_prep.harbour.shapes import Box

# What each noun, of one word or two, names in the picture.
NAMED = {
    **{tuple(noun.split()): kind for kind, nouns in NOUNS.items() for noun in nouns},
    ("sailor",): "sailor",
    ("gull",): "gulls",
    ("gulls",): "gulls",
    ("sun",): "sun",
    ("moon",): "moon",
}


class Pointed(NamedTuple):
    """A noun, and where the attention was as it was said.

    Attributes:
        kind: of the thing it names.
        inside: bool ``(regions,)``, whose centres lie in the thing's box.
        meeting: bool ``(regions,)``, whose cells have a part in common with it.
        peak: the region of the highest weight, as the head noun is chosen.
        sharper: the same over all words of the noun.
    """

    kind: str
    inside: np.ndarray
    meeting: np.ndarray
    peak: int
    sharper: int


class Share(NamedTuple):
    """How often the attention hits, of some nouns; all but `nouns` from 0 to 1.

    Attributes:
        nouns: how many.
        hit: by the peak of the head noun.
        touched: the same, by its cell instead of the cell's centre.
        any_word: by the sharper peak of all words of the noun.
        chance: by a random region.
        chance_to_touch: the same, by its cell.
        one_region: by the region that hits most often, the same each time.
        possible: whose box holds any centre at all.
    """

    nouns: int
    hit: float
    touched: float
    any_word: float
    chance: float
    chance_to_touch: float
    one_region: float
    possible: float


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pointing",
        description="How often the attention's peak lies in the box of the thing that "
        "is named, on the harbour.",
        epilog="example:\n  python -m benchmarks.pointing --run runs/harbour-lstm",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_run_flag(parser)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a prepared harbour (default: the run's)",
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
    """Return the nouns of a run's best captions, and how many more name what is absent.

    Args:
        run: a run that learned captions.
        data: a prepared harbour; None takes the run's.
        split: "train", "dev" or "test".

    Raises:
        BadInput: it is no such run, the pictures are of no scenes, or nothing that
            they show is named.
    """
    pointed, absent = [], 0
    for words, weights, boxes in looks_of(run, data, split):
        found = point(words, weights, boxes)
        pointed += found
        absent += len(list(nouns(words))) - len(found)
    if not pointed:
        raise BadInput(
            f"{run} names nothing that the pictures show; expected a run that learned "
            "the harbour. Train it for longer, or give another --run."
        )
    return pointed, absent


def looks_of(
    run: Path, data: Path | None, split: str
) -> Iterator[tuple[list[str], np.ndarray, dict[str, Box]]]:
    """Yield of each picture the words of the best caption, the weights ``(words,
    regions)`` and the boxes in shares of the picture's side; arguments as `measure`."""
    import tensorflow as tf
    from tqdm import tqdm

    from captioning.tasks.image_encoding import cached_rows
    from captioning.training.run_directory import load_run
    from data_prep.prepared.captions import load_captions

    loaded = load_run(run, encoder=False)
    captions = loaded.task("captions")
    data = data or loaded.data["captions"]
    scenes = load_captions(data, split).scenes
    if not all(scenes):
        raise BadInput(
            f"{data} does not say what its pictures show, and where; expected the "
            "harbour. Give a --run that learned it, and its --data."
        )
    rows = cached_rows(captions.config, data, split)
    said = captions.caption_split(data, split).values()
    for number, (caption, scene) in enumerate(
        zip(tqdm(said, desc="looks", unit=" images"), scenes, strict=True)
    ):
        if caption:
            row = tf.constant(rows[number : number + 1])
            yield *captions.looks(row, caption), boxes_of(scene)


def boxes_of(scene: str) -> dict[str, Box]:
    """Return the box of each thing of a scene, in shares of the picture's side."""
    from data_prep.harbour.render import render
    from data_prep.harbour.scene import Scene

    size = 32  # of a picture that nobody sees
    _, boxes = render(Scene.from_json(scene), size)
    return {kind: tuple(edge / size for edge in box) for kind, box in boxes.items()}


def point(
    words: Sequence[str], weights: np.ndarray, boxes: Mapping[str, Box]
) -> list[Pointed]:
    """Return where the attention was at each noun that names a thing with a box.

    Args:
        words: of a caption, lower case.
        weights: ``(words, regions)``, along the rows of a square grid over a square
            picture; each word's are those from which it was chosen.
        boxes: of the things that are there, in shares of the picture's side.
    """
    side = round(weights.shape[1] ** 0.5)
    pointed = []
    for first, end, kind in nouns(words):
        if kind in boxes:
            whole = weights[first:end]
            pointed.append(
                Pointed(
                    kind,
                    centres_inside(boxes[kind], side),
                    cells_meeting(boxes[kind], side),
                    peak=whole[-1].argmax(),
                    sharper=whole.max(axis=0).argmax(),
                )
            )
    return pointed


def nouns(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield of each noun that can have a box the places of its first word and behind
    its last, and the kind of thing that it names."""
    at = 0
    while at < len(words):
        pair = tuple(words[at : at + 2])
        length = 2 if len(pair) == 2 and pair in NAMED else 1
        kind = NAMED.get(tuple(words[at : at + length]))
        if kind:
            yield at, at + length, kind
        at += length


def centres_inside(box: Box, side: int) -> np.ndarray:
    """Return which cells' centres lie in a box, bool ``(side * side,)`` along the rows.

    Args:
        box: in shares of the picture's side.
        side: cells a row, and rows.
    """
    left, top, right, bottom = box
    centres = (np.arange(side) + 0.5) / side
    across = (left <= centres) & (centres <= right)
    down = (top <= centres) & (centres <= bottom)
    return (down[:, None] & across).ravel()


def cells_meeting(box: Box, side: int) -> np.ndarray:
    """Return which cells have a part in common with a box; as `centres_inside`."""
    left, top, right, bottom = box
    edges = np.arange(side + 1) / side
    across = (left < edges[1:]) & (edges[:-1] < right)
    down = (top < edges[1:]) & (edges[:-1] < bottom)
    return (down[:, None] & across).ravel()


def table(pointed: Sequence[Pointed]) -> dict[str, Share]:
    """Return the shares of all nouns, and of each kind, those named most often first.

    Args:
        pointed: at least one.
    """
    by_kind: dict[str, list[Pointed]] = {}
    for one in pointed:
        by_kind.setdefault(one.kind, []).append(one)
    often = sorted(by_kind, key=lambda kind: -len(by_kind[kind]))
    return {"all": _share(pointed)} | {kind: _share(by_kind[kind]) for kind in often}


def _share(pointed: Sequence[Pointed]) -> Share:
    inside = np.stack([one.inside for one in pointed])
    meeting = np.stack([one.meeting for one in pointed])
    every = np.arange(len(pointed))
    return Share(
        nouns=len(pointed),
        hit=inside[every, [one.peak for one in pointed]].mean(),
        touched=meeting[every, [one.peak for one in pointed]].mean(),
        any_word=inside[every, [one.sharper for one in pointed]].mean(),
        chance=inside.mean(),
        chance_to_touch=meeting.mean(),
        one_region=inside.mean(axis=0).max(),
        possible=inside.any(axis=1).mean(),
    )


if __name__ == "__main__":
    exit_on_bad_input(main)
