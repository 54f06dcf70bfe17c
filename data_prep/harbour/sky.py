"""Gulls, sun, moon and clouds as flat shapes around their own middle."""

import math
import random

from data_prep.harbour.paints import NAVY, SHIRT
from data_prep.harbour.shapes import Colour, Shape, ellipse, polygon


def gull(flap: float) -> list[Shape]:
    """Return a flying gull, 15 units wide; ``flap`` in 0..1 lifts its wings.

    It is white with a dark rim, visible against bright and dark skies.
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
    """Return a sun with its halo."""
    halo = _around("", (255, 246, 190), 0, 0, radius + 3, radius + 3)
    return [halo, _around("sun", (255, 222, 64), 0, 0, radius, radius)]


def _around(part, fill, x, y, width, height) -> Shape:
    """Return an ellipse around a point, of half a width and half a height."""
    return ellipse(part, fill, (x - width, y - height), (x + width, y + height))


def moon(radius: float, tilt: float) -> list[Shape]:
    """Return a crescent moon: half a circle less half an ellipse; tilt in radians."""
    rim = [(-math.cos(t), math.sin(t)) for t in _arc(16)]
    hollow = [(-0.3 * math.cos(t), -math.sin(t)) for t in _arc(16)]
    cos, sin = radius * math.cos(tilt), radius * math.sin(tilt)
    points = tuple((x * cos - y * sin, x * sin + y * cos) for x, y in rim + hollow)
    return [polygon("moon", (250, 242, 200), *points)]


def _arc(steps: int) -> list[float]:
    """Return angles from -90 to 90 degrees, in radians."""
    return [math.pi * (i / steps - 0.5) for i in range(steps + 1)]


def cloud(size: float, fill: Colour, rng: random.Random) -> list[Shape]:
    """Return a cloud of four puffs, about three times ``size`` wide."""
    puffs = []
    for x in (-1.1, -0.4, 0.4, 1.1):
        radius = size * rng.uniform(0.5, 0.8) * (1.0 if abs(x) < 1 else 0.7)
        y = -size * rng.uniform(0.0, 0.3)
        puffs.append(_around("", fill, x * size, y, radius, radius * 0.8))
    return puffs
