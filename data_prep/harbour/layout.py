"""The shapes of all things, at positions that make the relation clearly visible.

A thing is drawn relative to its own foot: (0, 0) is where its middle meets the water.
Things beside each other have about the same depth, with a gap of water between them.
Of two things one behind the other, both are in the same column, and the nearer one is
completely below the foot of the farther one. No thing hides another.
"""

import random

from data_prep.harbour import boats, landmarks
from data_prep.harbour.paints import OLIVE, PAINTS
from data_prep.harbour.scene import Scene, Thing
from data_prep.harbour.shapes import Box, Shape, extent, mirrored, placed
from data_prep.harbour.sky import gull, moon, sun

UNITS = 128.0  # the side of every picture

# Each takes (rng, paint, whether a sailor is aboard) and returns shapes.
_SPRITES = {
    "sailing boat": boats.sailing_boat,
    "rowing boat": boats.rowing_boat,
    "steamer": boats.steamer,
    "buoy": boats.buoy,
    "lighthouse": landmarks.lighthouse,
    "island": landmarks.island,
    "pier": landmarks.pier,
}


def place_things(scene: Scene, horizon: float, rng: random.Random) -> list[list[Shape]]:
    """Return the shapes of subject and anchor at their positions."""
    subject = _sprite(scene.subject, scene.sailor, rng)
    pair = [subject, _sprite(scene.anchor, False, rng)]
    swap = scene.relation in ("right of", "in front of")  # the anchor is left, or far
    if swap:
        pair.reverse()
    pier = None if scene.anchor.kind != "pier" else 0 if swap else 1
    if scene.relation in ("left of", "right of"):
        pair = _side_by_side(pair, pier, rng)
    else:
        pair = _one_behind_other(pair, pier, horizon, rng)
    return pair[::-1] if swap else pair


def _sprite(thing: Thing, sailor: bool, rng: random.Random) -> list[Shape]:
    """Return the shapes of a thing, its proportions and colour slightly varied."""
    paint = PAINTS.get(thing.colour, OLIVE)
    # Each channel moves by itself, too little to change the colour.
    paint = tuple(min(255, max(0, c + rng.randint(-8, 8))) for c in paint)
    shapes = _SPRITES[thing.kind](rng, paint, sailor)
    # A pier is drawn with its outer end on the right; it is mirrored later if needed.
    return mirrored(shapes) if thing.kind != "pier" and rng.random() < 0.5 else shapes


def _side_by_side(
    pair: list[list[Shape]], pier: int | None, rng: random.Random
) -> list[list[Shape]]:
    """Place both, left and right, at about the same depth.

    ``pier`` is the index of the one that starts at its edge of the picture, or None.
    """
    if pier == 1:
        pair = [pair[0], mirrored(pair[1])]
    gap = rng.uniform(7, 14)
    bare = sum(box[2] - box[0] for box in map(extent, pair))
    scale = min(rng.uniform(0.98, 1.18), (UNITS - 6 - gap) / bare)
    boxes = [[scale * edge for edge in extent(shapes)] for shapes in pair]
    widths = [box[2] - box[0] for box in boxes]
    slack = max(0.0, UNITS - 6 - sum(widths) - gap)
    start = 3 + slack * rng.random()
    if pier == 0:  # 1 unit beyond the edge, so that no gap is seen
        start, gap = -1.0, gap + slack * rng.random()
    elif pier == 1:
        gap += slack * rng.random()
        start = UNITS + 1 - sum(widths) - gap
    depth = rng.uniform(82, 114)
    feet = [min(119.0, depth + rng.uniform(-6, 6)) for _ in boxes]
    starts = [start, start + widths[0] + gap]
    return [
        placed(shapes, x - box[0], y, scale)
        for shapes, box, x, y in zip(pair, boxes, starts, feet, strict=True)
    ]


def _one_behind_other(
    pair: list[list[Shape]], pier: int | None, horizon: float, rng: random.Random
) -> list[list[Shape]]:
    """Place the far one, smaller, near the horizon, and the near one below its foot.

    ``pier`` is the index of the one that starts at the left or right edge, or None.
    """
    scales = [rng.uniform(0.8, 0.92), rng.uniform(0.98, 1.1)]
    at_left = rng.random() < 0.5
    if pier is not None and not at_left:
        pair[pier] = mirrored(pair[pier])
    boxes = [
        [scale * edge for edge in extent(shapes)]
        for shapes, scale in zip(pair, scales, strict=True)
    ]
    height = boxes[1][3] - boxes[1][1]
    room = UNITS - 4 - height  # the space above the near thing
    far_foot = min(horizon + rng.uniform(8, 18), room - 4)
    near_foot = far_foot + 3 + height + rng.uniform(0, min(14.0, room - far_foot - 3))

    halves = [(box[2] - box[0]) / 2 for box in boxes]
    margin = 3 + max(halves)
    column = rng.uniform(margin, UNITS - margin)
    if pier is not None:
        column = halves[pier] - 1 if at_left else UNITS + 1 - halves[pier]
    moved = []
    for i, foot in enumerate((far_foot, near_foot)):
        middle = column
        if i != pier:
            middle += rng.uniform(-5, 5)
            middle = min(max(middle, halves[i] + 3), UNITS - 3 - halves[i])
        x = middle - (boxes[i][0] + boxes[i][2]) / 2
        moved.append(placed(pair[i], x, foot - boxes[i][3], scales[i]))
    return moved


def place_sky(scene: Scene, taken: list[Box], rng: random.Random) -> list[Shape]:
    """Return sun or moon and the gulls; none overlaps a ``taken`` box or another."""
    while True:
        shapes = _arranged(scene, list(taken), rng)
        if shapes is not None:
            return shapes
        # In about one of 4,000 skies no place is left for the last gull: start again.


def _arranged(scene: Scene, taken: list[Box], rng: random.Random) -> list[Shape] | None:
    wanted = []  # shapes, and how high and how low they may be
    if scene.sky == "sun":
        wanted = [(sun(rng.uniform(7, 9)), 14, 22)]
    elif scene.sky == "moon":
        wanted = [(moon(11, rng.uniform(-0.5, 0.5)), 14, 22)]
    for _ in range(scene.gulls):
        bird = placed(gull(rng.random()), 0, 0, rng.uniform(0.95, 1.15))
        wanted.append((bird, 9, 36))
    found: list[Shape] = []
    for shapes, top, bottom in wanted:
        moved = _free_place(shapes, top, bottom, taken, rng)
        if moved is None:
            return None
        taken.append(extent(moved))
        found += moved
    return found


def _free_place(
    shapes: list[Shape],
    top: float,
    bottom: float,
    taken: list[Box],
    rng: random.Random,
    tries: int = 200,
) -> list[Shape] | None:
    """Return the shapes at a random free place in the sky; None if none was found."""
    for _ in range(tries):
        moved = placed(shapes, rng.uniform(13, 115), rng.uniform(top, bottom), 1.0)
        left, upper, right, lower = extent(moved)
        if all(
            left > box[2] + 3
            or right < box[0] - 3
            or upper > box[3] + 2
            or lower < box[1] - 2
            for box in taken
        ):
            return moved
    return None
