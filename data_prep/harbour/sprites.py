"""The things of the harbour as flat shapes, each around its own foot.

A sprite is a list of shapes in units of 1/128 of the picture's side; x grows to the
right, y downwards, and (0, 0) is where the middle of the thing meets the water.
"""

import math
import random

from data_prep.harbour.scene import Thing
from data_prep.harbour.shapes import (
    Colour,
    Shape,
    box,
    ellipse,
    line,
    mirrored,
    polygon,
    shade,
)

# Far apart from each other, from the sea and from the sky, so that a 128 pixel picture
# leaves no doubt; land, crew and fittings keep to wood, stone, cream and olive.
PAINTS: dict[str, Colour] = {
    "red": (208, 34, 36),
    "yellow": (250, 208, 30),
    "green": (24, 158, 62),
    "blue": (30, 62, 214),
    "white": (248, 248, 246),
    "black": (24, 24, 28),
}
WOOD, DARK_WOOD, PLANK = (150, 104, 62), (92, 62, 40), (186, 142, 94)
STONE, DARK_STONE = (132, 126, 122), (98, 94, 94)
CREAM, GLASS, IRON = (226, 212, 182), (255, 236, 160), (58, 58, 66)
SAND, OLIVE, DARK_OLIVE = (228, 204, 146), (106, 128, 58), (74, 98, 46)
SKIN, SHIRT, NAVY = (226, 170, 130), (240, 238, 232), (38, 46, 92)
FOAM = (226, 236, 240)


def sprite(thing: Thing, sailor: bool, rng: random.Random) -> list[Shape]:
    """A thing, with a sailor aboard if wanted; ``rng`` varies its build."""
    paint = PAINTS.get(thing.colour, OLIVE)
    # Paint fades a little; one common step keeps the hue.
    paint = tuple(min(255, max(0, c + rng.randint(-8, 8))) for c in paint)
    shapes = _BUILDERS[thing.kind](rng, paint, sailor)
    # A pier's outer end is drawn on the right; the layout decides about its side.
    if thing.kind != "pier" and rng.random() < 0.5:
        shapes = mirrored(shapes)
    return shapes


def _wake(half_width: float) -> list[Shape]:
    """Shadow and foam on the water, beneath anything that floats."""
    return [
        ellipse("", (52, 78, 98), (-half_width, -1.6), (half_width, 2.6)),
        line("", FOAM, 0.8, (-half_width - 1, 0.6), (half_width + 1, 0.6)),
    ]


def _sailor(x: float, y: float) -> list[Shape]:
    """A person from the waist up, the waist at (x, y), 13 units tall."""
    name = "sailor"
    stripes = [
        line(name, NAVY, 0.9, (x - 3.2, y - h), (x + 3.2, y - h)) for h in (2.2, 4.6)
    ]
    return [
        polygon(
            name,
            SHIRT,
            (x - 3, y),
            (x - 4, y - 6),
            (x - 2, y - 7.4),
            (x + 2, y - 7.4),
            (x + 4, y - 6),
            (x + 3, y),
        ),
        *stripes,
        line(name, SKIN, 1.8, (x + 3.6, y - 5.6), (x + 5.6, y - 1.6)),
        line(name, SKIN, 1.8, (x - 3.6, y - 5.6), (x - 5.6, y - 1.6)),
        ellipse(name, SKIN, (x - 2.7, y - 12.4), (x + 2.7, y - 6.8)),
        polygon(
            name,
            NAVY,
            (x - 3.4, y - 10.4),
            (x - 2.4, y - 13),
            (x + 2.4, y - 13),
            (x + 3.4, y - 10.4),
        ),
    ]


def _sailing_boat(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


def _rowing_boat(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


def _steamer(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


def _buoy(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


def _lighthouse(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


def _island(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


def _pier(rng: random.Random, paint: Colour, sailor: bool) -> list[Shape]:
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


_BUILDERS = {
    "sailing boat": _sailing_boat,
    "rowing boat": _rowing_boat,
    "steamer": _steamer,
    "buoy": _buoy,
    "lighthouse": _lighthouse,
    "island": _island,
    "pier": _pier,
}


def gull(flap: float) -> list[Shape]:
    """A flying gull, 15 units wide; ``flap`` in 0..1 lifts its wings.

    White with a dark rim, so that it is seen against a bright and against a dark sky.
    """
    lift = 3 + 2.5 * flap
    wings = (
        (-7.0, -lift + 1.5),
        (-3.5, -lift),
        (0.0, 0.0),
        (3.5, -lift),
        (7.0, 1.5 - lift),
    )
    return [
        Shape("gulls", "line", wings, NAVY, 3.2),
        Shape("gulls", "line", wings, SHIRT, 1.6),
        ellipse("gulls", SHIRT, (-1.3, -1.2), (1.3, 2.2)),
    ]


def sun(radius: float) -> list[Shape]:
    """A sun with its halo."""
    halo = ellipse(
        "", (255, 246, 190), (-radius - 3, -radius - 3), (radius + 3, radius + 3)
    )
    return [halo, ellipse("sun", (255, 222, 64), (-radius, -radius), (radius, radius))]


def moon(radius: float, tilt: float) -> list[Shape]:
    """A crescent moon: half a circle, hollowed by half an ellipse; tilt in radians."""
    rim = [(-math.cos(t), math.sin(t)) for t in _arc(16)]
    hollow = [(-0.3 * math.cos(t), -math.sin(t)) for t in _arc(16)]
    cos, sin = radius * math.cos(tilt), radius * math.sin(tilt)
    points = tuple((x * cos - y * sin, x * sin + y * cos) for x, y in rim + hollow)
    return [polygon("moon", (250, 242, 200), *points)]


def _arc(steps: int) -> list[float]:
    """Angles from -90 to 90 degrees, in radians."""
    return [math.pi * (i / steps - 0.5) for i in range(steps + 1)]


def cloud(size: float, fill: Colour, rng: random.Random) -> list[Shape]:
    """A heap of puffs about three ``size`` wide."""
    puffs = []
    for x in (-1.1, -0.4, 0.4, 1.1):
        radius = size * rng.uniform(0.5, 0.8) * (1.0 if abs(x) < 1 else 0.7)
        middle = (x * size, -size * rng.uniform(0.0, 0.3))
        puffs.append(
            ellipse(
                "",
                fill,
                (middle[0] - radius, middle[1] - radius * 0.8),
                (middle[0] + radius, middle[1] + radius * 0.8),
            )
        )
    return puffs
