"""Boats, buoys and sailors as flat shapes; see `layout` for the coordinates."""

import random

from data_prep.harbour.paints import (
    CREAM,
    DARK_WOOD,
    FOAM,
    IRON,
    NAVY,
    PLANK,
    SHIRT,
    SKIN,
    WOOD,
)
from data_prep.harbour.shapes import Colour, Shape, box, ellipse, line, polygon, shade


def _wake(half_width: float) -> list[Shape]:
    """Return shadow and foam on the water below a floating thing."""
    return [
        ellipse("", (52, 78, 98), (-half_width, -1.6), (half_width, 2.6)),
        line("", FOAM, 0.8, (-half_width - 1, 0.6), (half_width + 1, 0.6)),
    ]


def _symmetric(part: str, fill: Colour, x: float, *half: tuple) -> Shape:
    """Return a polygon about x; half of it are (distance from x, y)."""
    left = [(x - away, y) for away, y in half]
    return polygon(part, fill, *left, *((x + away, y) for away, y in half[::-1]))


def _sailor(x: float, y: float) -> list[Shape]:
    """Return a person from the waist up, the waist at (x, y), 13 units tall."""
    name = "sailor"
    stripes = [
        line(name, NAVY, 0.9, (x - 3.2, y - h), (x + 3.2, y - h)) for h in (2.2, 4.6)
    ]
    return [
        _symmetric(name, SHIRT, x, (3, y), (4, y - 6), (2, y - 7.4)),
        *stripes,
        line(name, SKIN, 1.8, (x + 3.6, y - 5.6), (x + 5.6, y - 1.6)),
        line(name, SKIN, 1.8, (x - 3.6, y - 5.6), (x - 5.6, y - 1.6)),
        ellipse(name, SKIN, (x - 2.7, y - 12.4), (x + 2.7, y - 6.8)),
        _symmetric(name, NAVY, x, (3.4, y - 10.4), (2.4, y - 13)),
    ]


def sailing_boat(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name, top, belly = "sailing boat", rng.uniform(-41, -37), rng.uniform(0, 2.5)
    shapes = [
        line(name, DARK_WOOD, 1.4, (-1, -6), (-1, top)),
        polygon(
            name,
            paint,
            (0.2, top + 1),
            (6 + belly, top / 2 - 6),
            (9.5 + belly, -11),
            (0.2, -11),
        ),
        polygon(name, shade(paint, 0.3), (-2, top + 3), (-2, -11), (-15, -10)),
        line(name, DARK_WOOD, 1.0, (-1, -10.4), (10.5 + belly, -10.4)),
    ]
    if sailor:
        shapes += _sailor(16, -6.5)
    bow = rng.uniform(-20, -17)
    return [
        *_wake(17),
        *shapes,
        polygon(name, paint, (bow, -9), (22, -8), (18, 0), (-12, 0)),
        polygon(name, shade(paint, -0.3), (bow + 4, -3), (19.6, -3), (18, 0), (-12, 0)),
        line(name, WOOD, 1.0, (bow, -8.8), (22, -7.8)),
    ]


def rowing_boat(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name, bow = "rowing boat", rng.uniform(10.5, 13)
    shapes = [
        *_wake(17),
        polygon(name, DARK_WOOD, (-20, -9), (-8, -11.4), (10, -11.4), (21, -bow)),
    ]
    if sailor:
        shapes += _sailor(0, -8.5)
    reach = rng.uniform(10, 14)
    return [
        *shapes,
        polygon(
            name, paint, (-20, -9.6), (0, -8.4), (21, -bow), (16, -2), (12, 0), (-15, 0)
        ),
        polygon(name, shade(paint, -0.3), (-17, -3), (16, -3), (12, 0), (-15, 0)),
        line(name, PLANK, 1.2, (-20, -9.6), (0, -8.4), (21, -bow)),
        line(name, PLANK, 1.3, (5, -9), (5 - reach, 1)),
        ellipse(name, PLANK, (2.5 - reach, 0), (6.5 - reach, 2.2)),
    ]


def steamer(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name, height = "steamer", rng.uniform(29, 33)
    drift = rng.uniform(3, 6)
    smoke = [
        ellipse(
            "",
            (176, 176, 180),
            (5 + i * drift - size, -height - 2 - 2 * i - size),
            (5 + i * drift + size, -height - 2 - 2 * i + size),
        )
        for i, size in enumerate((1.6, 2.2, 2.8))
    ]
    windows = [box(name, IRON, x, -16.4, x + 2, -14) for x in (-11, -7, -3, 1, 5, 9)]
    return [
        *_wake(21),
        *smoke,
        box(name, paint, 2, -height, 8, -20),
        box(name, IRON, 2, -height, 8, -height + 2.4),
        box(name, CREAM, -9, -21.5, 10, -17),
        box(name, CREAM, -14, -18, 14, -11),
        line(name, WOOD, 1.0, (-15, -18), (15, -18)),
        *windows,
        line(name, DARK_WOOD, 1.0, (-18, -11), (-18, -24)),
        polygon(name, paint, (-25, -13), (23, -11.4), (20, 0), (-20, 0)),
        polygon(name, shade(paint, -0.3), (-21.5, -3), (20.8, -3), (20, 0), (-20, 0)),
    ]


def buoy(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name, top = "buoy", rng.uniform(-24, -21)
    lean = rng.uniform(0, 2.5)
    return [
        *_wake(10),
        line(name, IRON, 1.4, (lean, top + 1), (lean * 1.3, top - 3)),
        ellipse(name, paint, (lean - 2.6, top - 6), (lean + 2.6, top - 0.8)),
        polygon(name, paint, (-8, -4), (8, -4), (lean + 2.6, top), (lean - 2.6, top)),
        polygon(
            name, shade(paint, -0.25), (3, -4), (8, -4), (lean + 2.6, top), (lean, top)
        ),
        ellipse(name, shade(paint, -0.3), (-10, -6.4), (10, 1)),
        ellipse(name, paint, (-10, -7.4), (10, -1.4)),
        polygon(name, paint, (-7, -5), (7, -5), (5.6, -10), (-5.6, -10)),
    ]
