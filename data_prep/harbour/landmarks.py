"""Lighthouse, island and pier as flat shapes; see `layout` for the coordinates."""

import math
import random

from data_prep.harbour.paints import (
    DARK_OLIVE,
    DARK_STONE,
    DARK_WOOD,
    FOAM,
    GLASS,
    IRON,
    OLIVE,
    PLANK,
    SAND,
    STONE,
    WOOD,
)
from data_prep.harbour.shapes import Colour, Shape, box, line, polygon, shade


def lighthouse(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name, top = "lighthouse", rng.uniform(-41, -37)
    foot = rng.uniform(7, 8)
    dark = shade(paint, -0.22)
    rocks = [(x, -rng.uniform(4, 8)) for x in (-11, -5, 1, 7, 12)]
    return [
        line("", FOAM, 1.0, (-17, 0.4), (17, 0.4)),
        polygon(name, paint, (-foot, -4), (foot, -4), (5, top), (-5, top)),
        polygon(name, dark, (foot * 0.4, -4), (foot, -4), (5, top), (2, top)),
        box(name, IRON, -1.2, -26, 1.2, -22),
        box(name, IRON, -1.3, -15, 1.3, -11),
        box(name, GLASS, -3.4, top - 7, 3.4, top - 1),
        line(name, IRON, 0.8, (0, top - 7), (0, top - 1)),
        box(name, IRON, -6.6, top - 1.6, 6.6, top + 0.6),
        polygon(name, IRON, (-4.6, top - 6.6), (0, top - 11), (4.6, top - 6.6)),
        polygon(name, STONE, (-16, 0), *rocks, (16, 0)),
        polygon(name, DARK_STONE, (-2, 0), rocks[3], (13, -3), (16, 0)),
    ]


def _palm(x: float, height: float, lean: float) -> list[Shape]:
    name, crown = "island", (x + lean, -height)
    leaves = []
    for angle in (-160, -125, -55, -20, 20, 160):
        dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        tip = (crown[0] + 7 * dx, crown[1] + 4.5 * dy + 1)
        leaves.append(line(name, DARK_OLIVE, 1.9, crown, tip))
    return [line(name, DARK_WOOD, 1.6, (x, -5), crown), *leaves]


def island(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name, peak = "island", rng.uniform(9, 13)
    hill = [(-20.0, -3.0)]
    for x in range(-18, 19, 2):
        bump = math.cos(x / 22 * math.pi / 2) ** 0.8
        hill.append((float(x), -3 - peak * bump - rng.uniform(0, 1.2)))
    palms = _palm(rng.uniform(-13, -6), rng.uniform(20, 23), rng.uniform(-3, 1))
    if rng.random() < 0.5:
        palms += _palm(rng.uniform(6, 11), rng.uniform(18, 22), rng.uniform(0, 3))
    return [
        line("", FOAM, 1.0, (-27, 0.4), (27, 0.4)),
        *palms,
        polygon(name, OLIVE, *hill, (20, -3)),
        polygon(
            name, SAND, (-25, 0), (-19, -4), (-6, -5), (8, -4.4), (20, -4), (25, 0)
        ),
    ]


def pier(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
    name = "pier"
    posts = []
    for x in (-22, -12, -2, 8, 18, 23):
        posts.append(line(name, DARK_WOOD, 2.2, (x, -9), (x, 0)))
        posts.append(line("", FOAM, 0.7, (x - 2.4, 0.4), (x + 2.4, 0.4)))
    rails = [line(name, DARK_WOOD, 1.2, (x, -17), (x, -11)) for x in (-17, -5, 7, 19)]
    return [
        *posts,
        *rails,
        line(name, DARK_WOOD, 1.0, (-26, -16.4), (19.5, -16.4)),
        box(name, PLANK, -26, -11.5, 25, -8.5),
        box(name, WOOD, -26, -8.6, 25, -6.6),
    ]
