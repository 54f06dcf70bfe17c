"""Drawing a scene as a picture: sea, sky and weather, and its things."""

import io
import random
from typing import NamedTuple

from PIL import Image, ImageDraw

from data_prep.harbour.layout import UNITS, place_sky, place_things
from data_prep.harbour.scene import Scene
from data_prep.harbour.shapes import Box, Colour, Shape, draw_on, extent, placed, shade
from data_prep.harbour.sky import cloud

SUPERSAMPLING = 3  # each pixel is the mean of 3 x 3, which smooths the edges
JPEG_QUALITY = 95  # without chroma subsampling: errors are invisible


class _Weather(NamedTuple):
    """Colours of sky and sea; none is close to a colour of `paints.PAINTS`."""

    high: Colour  # the sky at the top of the picture
    low: Colour  # the sky at the horizon
    seas: tuple[Colour, ...]  # one is drawn at random


# A sky with sun, with moon and with neither has one of the same colours. So the colours
# do not reveal the sun or the moon: a captioner has to find the disc.
_HOURS = (
    _Weather(  # day
        high=(112, 172, 224),
        low=(196, 222, 236),
        seas=((88, 148, 176), (96, 160, 168), (104, 150, 184)),
    ),
    _Weather(  # morning
        high=(120, 182, 232),
        low=(238, 228, 204),
        seas=((96, 158, 178), (112, 164, 170), (98, 152, 186)),
    ),
    _Weather(  # dusk
        high=(58, 66, 118),
        low=(196, 152, 146),
        seas=((84, 100, 138), (92, 108, 140), (80, 106, 132)),
    ),
)
_OVERCAST = {
    "clouds": _Weather(
        high=(158, 168, 180),
        low=(206, 210, 212),
        seas=((112, 142, 154), (120, 146, 148), (108, 136, 158)),
    ),
    "rain": _Weather(
        high=(112, 120, 130),
        low=(152, 160, 166),
        seas=((98, 124, 134), (106, 126, 130), (94, 118, 138)),
    ),
}


def render(scene: Scene, image_size: int = 128) -> tuple[Image.Image, dict[str, Box]]:
    """Draw a scene as a square RGB picture, `image_size` pixels a side.

    Returns:
        The picture and, for each thing in it ("sailor", "gulls", "sun" and "moon"
        included), its box (left, top, right, bottom) in pixels. The box of the gulls
        spans all of them.
    """
    rng = random.Random(f"jitter/{scene.jitter}")
    horizon = rng.uniform(40, 47)
    things = place_things(scene, horizon, rng)
    taken = [extent(shapes) for shapes in things]
    sky = place_sky(scene, taken, rng)

    side = image_size * SUPERSAMPLING
    weather = _OVERCAST.get(scene.sky) or rng.choice(_HOURS)
    canvas = _background(weather, horizon, image_size, rng)
    draw = ImageDraw.Draw(canvas)
    scale = side / UNITS
    draw_on(draw, _background_shapes(scene, weather, horizon, rng), scale)
    for shapes in (sky, *sorted(things, key=lambda shapes: extent(shapes)[3])):
        draw_on(draw, shapes, scale)
    if scene.sky == "rain":
        draw_on(draw, _rain(rng), scale)

    shapes = [shape for group in (sky, *things) for shape in group]
    parts = dict.fromkeys(shape.part for shape in shapes if shape.part)
    boxes = {part: _in_pixels(extent(shapes, part), image_size) for part in parts}
    return canvas.reduce(SUPERSAMPLING), boxes


def encode(image: Image.Image) -> bytes:
    """Return the picture as JPEG bytes."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return stream.getvalue()


def _in_pixels(box: Box, image_size: int) -> Box:
    left, top, right, bottom = (
        min(max(edge, 0.0), UNITS) * image_size / UNITS for edge in box
    )
    return left, top, right, bottom


def _background(
    weather: _Weather, horizon: float, image_size: int, rng: random.Random
) -> Image.Image:
    """Return sky and sea, each with a vertical gradient."""
    sea = rng.choice(weather.seas)
    rows = Image.new("RGB", (1, image_size))
    line = round(horizon * image_size / UNITS)
    change = rng.uniform(-0.06, 0.06)
    for y in range(image_size):
        if y < line:
            row = _between(weather.high, weather.low, y / line)
        else:
            far, near = shade(sea, 0.22), shade(sea, -0.1)
            row = shade(_between(far, near, (y - line) / (image_size - line)), change)
        rows.putpixel((0, y), row)
    side = image_size * SUPERSAMPLING
    return rows.resize((side, side), Image.Resampling.NEAREST)


def _between(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (
        round(a + share * (b - a)) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue


def _background_shapes(
    scene: Scene, weather: _Weather, horizon: float, rng: random.Random
) -> list[Shape]:
    """Return clouds, hills on the horizon, and waves."""
    shapes: list[Shape] = []
    if scene.sky in ("clouds", "rain"):
        fill = (228, 231, 235) if scene.sky == "clouds" else (92, 98, 108)
        for column in range(4):
            x, y = 16 + 32 * column + rng.uniform(-10, 10), rng.uniform(8, 24)
            shapes += placed(cloud(rng.uniform(8, 12), fill, rng), x, y, 1.0)
    haze = _between(weather.low, (86, 104, 128), 0.45)
    if rng.random() < 0.6:
        left, width = rng.uniform(-30, 90), rng.uniform(40, 90)
        ridge = [
            (left + width * i / 8, horizon - rng.uniform(2, 7) * (0 < i < 8))
            for i in range(9)
        ]
        shapes.append(Shape("", "polygon", tuple(ridge), haze))
    return shapes + _waves(weather.seas[0], horizon, rng)


def _waves(sea: Colour, horizon: float, rng: random.Random) -> list[Shape]:
    """Return wave crests, longer and wider apart towards the viewer."""
    shapes = []
    for _ in range(rng.randint(30, 70)):
        near = rng.random() ** 0.8
        x, y = rng.uniform(-8, UNITS), horizon + 2 + near * (UNITS - horizon - 2)
        length = (3 + 9 * near) * rng.uniform(0.7, 1.4)
        fill = shade(sea, rng.choice((0.34, 0.22, 0.14, -0.12, -0.18)))
        lift = rng.uniform(0.6, 1.6) * near
        crest = [(x + length * i / 4, y - lift * (i % 2)) for i in range(5)]
        shapes.append(Shape("", "line", tuple(crest), fill, 0.4 + 0.7 * near))
    return shapes


def _rain(rng: random.Random) -> list[Shape]:
    slant, fill = rng.uniform(-3, 3), (196, 206, 216)
    drops = []
    for _ in range(90):
        x, y, length = rng.uniform(0, UNITS), rng.uniform(-6, UNITS), rng.uniform(4, 7)
        drop = ((x, y), (x + slant * length / 6, y + length))
        drops.append(Shape("", "line", drop, fill, 0.4))
    return drops
