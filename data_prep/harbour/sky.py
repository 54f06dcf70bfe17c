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
    halo = ellipse(
        "", (255, 246, 190), (-radius - 3, -radius - 3), (radius + 3, radius + 3)
    )
    return [halo, ellipse("sun", (255, 222, 64), (-radius, -radius), (radius, radius))]


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
