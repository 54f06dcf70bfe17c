"""Flat shapes, of which all pictures are drawn: moving, mirroring, measuring.

Lengths are in units of 1/128 of the picture's side; x grows to the right, y downwards.
"""

from collections.abc import Iterable
from typing import NamedTuple

from PIL import ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Shape(NamedTuple):
    """A polygon, an ellipse (two corners of its box) or a line of ``width``.

    ``part`` names the thing whose bounding box includes the shape; "" means no box.
    """

    part: str
    form: str
    points: tuple[Point, ...]
    fill: Colour
    width: float = 0.0


def extent(shapes: Iterable[Shape], part: str | None = None) -> Box:
    """Return the bounding box of the shapes of one part, or of all named parts."""
    shapes = [s for s in shapes if s.part and part in (None, s.part)]
    edges = [
        (x + sign * s.width / 2, y + sign * s.width / 2)
        for s in shapes
        for x, y in s.points
        for sign in (-1, 1)
    ]
    xs, ys = zip(*edges, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def placed(shapes: list[Shape], x: float, y: float, scale: float) -> list[Shape]:
    """Return the shapes with their foot at (x, y), ``scale`` times as large."""
    return [
        shape._replace(
            points=tuple((x + scale * px, y + scale * py) for px, py in shape.points),
            width=scale * shape.width,
        )
        for shape in shapes
    ]


def mirrored(shapes: list[Shape]) -> list[Shape]:
    """Return the shapes with left and right exchanged."""
    return [s._replace(points=tuple((-x, y) for x, y in s.points)) for s in shapes]


def shade(colour: Colour, light: float) -> Colour:
    """Return the colour, moved by a share towards white (light > 0) or black (< 0)."""
    goal = 255 if light > 0 else 0
    red, green, blue = (round(c + abs(light) * (goal - c)) for c in colour)
    return red, green, blue


def polygon(part: str, fill: Colour, *points: Point) -> Shape:
    return Shape(part, "polygon", points, fill)


def ellipse(part: str, fill: Colour, *corners: Point) -> Shape:
    return Shape(part, "ellipse", corners, fill)


def line(part: str, fill: Colour, width: float, *points: Point) -> Shape:
    return Shape(part, "line", points, fill, width)


def box(part: str, fill: Colour, x0: float, y0: float, x1: float, y1: float) -> Shape:
    return polygon(part, fill, (x0, y0), (x1, y0), (x1, y1), (x0, y1))


def draw_on(draw: ImageDraw.ImageDraw, shapes: list[Shape], scale: float) -> None:
    """Draw the shapes in their order, with ``scale`` pixels a unit."""
    for shape in shapes:
        points = [(x * scale, y * scale) for x, y in shape.points]
        if shape.form == "polygon":
            draw.polygon(points, fill=shape.fill)
        elif shape.form == "ellipse":
            (x0, y0), (x1, y1) = points  # mirrored: left and right are exchanged
            draw.ellipse([min(x0, x1), y0, max(x0, x1), y1], fill=shape.fill)
        else:
            width = max(1, round(shape.width * scale))
            draw.line(points, fill=shape.fill, width=width, joint="curve")
