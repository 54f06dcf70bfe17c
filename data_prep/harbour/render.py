"""A scene as a picture: sea, sky and weather, and the paint on all of it."""

import io
import random

from PIL import Image, ImageDraw

from data_prep.harbour.layout import UNITS, fly, stand
from data_prep.harbour.scene import Scene
from data_prep.harbour.shapes import Box, Colour, Shape, draw_on, extent, placed, shade
from data_prep.harbour.sprites import cloud

SUPERSAMPLING = 3  # each pixel is the mean of 3 x 3: smooth edges at 9 times the area
JPEG_QUALITY = 95  # with full colour resolution: errors below what an eye can see

# Top and bottom of the sky, and the seas that go with it: none near a paint.
_SKIES: dict[str, tuple[Colour, Colour]] = {
    "clear": ((112, 172, 224), (196, 222, 236)),
    "sun": ((120, 182, 232), (238, 228, 204)),
    "moon": ((30, 36, 74), (84, 88, 132)),
    "clouds": ((158, 168, 180), (206, 210, 212)),
    "rain": ((112, 120, 130), (152, 160, 166)),
}
_SEAS: dict[str, tuple[Colour, ...]] = {
    "clear": ((88, 148, 176), (96, 160, 168), (104, 150, 184)),
    "sun": ((96, 158, 178), (112, 164, 170), (98, 152, 186)),
    "moon": ((74, 88, 128), (82, 98, 130), (70, 94, 122)),
    "clouds": ((112, 142, 154), (120, 146, 148), (108, 136, 158)),
    "rain": ((98, 124, 134), (106, 126, 130), (94, 118, 138)),
}


def render(scene: Scene, image_size: int = 128) -> tuple[Image.Image, dict[str, Box]]:
    """Draw a scene.

    Args:
        scene: what to show.
        image_size: side of the square picture in pixels.

    Returns:
        The RGB picture and, for each thing in it ("sailor", "gulls", "sun" and "moon"
        included), its box (left, top, right, bottom) in pixels. The box of the gulls
        spans all of them.
    """
    rng = random.Random(f"jitter/{scene.jitter}")
    horizon = rng.uniform(40, 47)
    things = stand(scene, horizon, rng)
    taken = [extent(shapes) for shapes in things]
    sky = fly(scene, taken, rng)

    side = image_size * SUPERSAMPLING
    canvas = _background(scene, horizon, image_size, rng)
    draw = ImageDraw.Draw(canvas)
    scale = side / UNITS
    draw_on(draw, _far_away(scene, horizon, rng), scale)
    for shapes in (sky, *sorted(things, key=lambda shapes: extent(shapes)[3])):
        draw_on(draw, shapes, scale)
    if scene.sky == "rain":
        draw_on(draw, _rain(rng), scale)

    shapes = [shape for group in (sky, *things) for shape in group]
    parts = dict.fromkeys(shape.part for shape in shapes if shape.part)
    boxes = {part: _in_pixels(extent(shapes, part), image_size) for part in parts}
    return canvas.reduce(SUPERSAMPLING), boxes


def encode(image: Image.Image) -> bytes:
    """The picture as JPEG bytes."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return stream.getvalue()


def _in_pixels(box: Box, image_size: int) -> Box:
    left, top, right, bottom = (
        min(max(edge, 0.0), UNITS) * image_size / UNITS for edge in box
    )
    return left, top, right, bottom


def _background(
    scene: Scene, horizon: float, image_size: int, rng: random.Random
) -> Image.Image:
    """Sky and sea, each shaded from top to bottom."""
    high, low = _SKIES[scene.sky]
    sea = rng.choice(_SEAS[scene.sky])
    rows = Image.new("RGB", (1, image_size))
    line = round(horizon * image_size / UNITS)
    change = rng.uniform(-0.06, 0.06)
    for y in range(image_size):
        if y < line:
            row = _between(high, low, y / line)
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


def _far_away(scene: Scene, horizon: float, rng: random.Random) -> list[Shape]:
    """Clouds, hills on the horizon, and waves."""
    shapes: list[Shape] = []
    if scene.sky in ("clouds", "rain"):
        fill = (228, 231, 235) if scene.sky == "clouds" else (92, 98, 108)
        for column in range(4):
            x, y = 16 + 32 * column + rng.uniform(-10, 10), rng.uniform(8, 24)
            shapes += placed(cloud(rng.uniform(8, 12), fill, rng), x, y, 1.0)
    haze = _between(_SKIES[scene.sky][1], (86, 104, 128), 0.45)
    if rng.random() < 0.6:
        left, width = rng.uniform(-30, 90), rng.uniform(40, 90)
        ridge = [
            (left + width * i / 8, horizon - rng.uniform(2, 7) * (0 < i < 8))
            for i in range(9)
        ]
        shapes.append(Shape("", "polygon", tuple(ridge), haze))
    if scene.sky == "moon":
        for _ in range(rng.randint(10, 20)):
            x, y = rng.uniform(0, UNITS), rng.uniform(0, horizon - 10)
            star = ((x, y), (x + 0.6, y))
            shapes.append(Shape("", "line", star, (176, 178, 206), 0.6))
    return shapes + _waves(scene, horizon, rng)


def _waves(scene: Scene, horizon: float, rng: random.Random) -> list[Shape]:
    """Crests on the water, longer and wider apart towards the viewer."""
    sea = _SEAS[scene.sky][0]
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
