"""Pictures that are no photos: drawings of the harbour, noise, and diagrams.

Two kinds of each, so that a model which learned to refuse one is measured on another:
`learned` are noise, bar charts, boxes with lines and pages of text; `measured` are
other noise, gradients, and charts as matplotlib draws them. The harbour's drawings
differ in their scenes.
"""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from data_prep.datasets import harbour

SIDE = 224  # pixels; as the photos of Flickr8k


def learned(each: int, seed: int = 0) -> Iterator[bytes]:
    """Yield encoded pictures, `each` of drawings, of noise and of diagrams."""
    yield from _drawings(each, seed)
    rng = np.random.default_rng(seed)
    kinds = (_white_noise, _bars, _coarse_noise, _boxes, _plain, _page)
    for number in range(2 * each):
        yield _png(kinds[number % len(kinds)](rng))


def measured(each: int, seed: int = 1) -> tuple[list[bytes], list[bytes]]:
    """Return encoded pictures of other kinds: `each` drawings, and as many of noise and
    diagrams together."""
    rng = np.random.default_rng(seed)
    kinds = (_grey_noise, _lines_plot, _gradient, _scatter_plot, _checks, _pie)
    others = [_png(kinds[number % len(kinds)](rng)) for number in range(each)]
    return list(_drawings(each, seed)), others


def _drawings(count, seed):
    examples = harbour.read(None, None, count=count, seed=seed, processes=1)
    return (next(examples).image for _ in range(count))


def _png(image) -> bytes:
    file = io.BytesIO()
    image.convert("RGB").save(file, "PNG")
    return file.getvalue()


def _colour(rng):
    return tuple(rng.integers(0, 256, 3).tolist())


# === Learned ===


def _white_noise(rng):
    return Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8))


def _coarse_noise(rng):
    small = Image.fromarray(rng.integers(0, 256, (14, 14, 3), dtype=np.uint8))
    return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _plain(rng):
    return Image.new("RGB", (SIDE, SIDE), _colour(rng))


def _bars(rng):
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for place in range(6):
        top = 230 - int(rng.integers(20, 200))
        draw.rectangle([20 + 48 * place, top, 50 + 48 * place, 230], fill=_colour(rng))
    draw.line([10, 10, 10, 230, 310, 230], fill="black")
    return image


def _boxes(rng):
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for number in range(5):
        x, y = int(rng.integers(5, 240)), int(rng.integers(5, 190))
        draw.rectangle([x, y, x + 70, y + 35], outline="black", width=2)
        draw.text((x + 8, y + 10), f"module {number}", fill="black")
    for _ in range(4):
        draw.line(rng.integers(0, 240, 4).tolist(), fill="black", width=2)
    return image


def _page(rng):
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for row in range(18):
        words = ("abcdefghij"[: int(rng.integers(2, 9))] for _ in range(8))
        draw.text((10, 8 + 12 * row), " ".join(words), fill="black")
    return image


# === Measured ===


def _grey_noise(rng):
    grey = np.clip(rng.normal(128, 40, (SIDE, SIDE)), 0, 255)
    return Image.fromarray(grey.astype(np.uint8))


def _gradient(rng):
    ramp = np.linspace(0, 255, SIDE)[None, :, None] * rng.random((1, 1, 3))
    return Image.fromarray(np.broadcast_to(ramp, (SIDE, SIDE, 3)).astype(np.uint8))


def _checks(rng):
    size = int(rng.integers(4, 40))
    x, y = np.meshgrid(np.arange(SIDE) // size, np.arange(SIDE) // size)
    colours = rng.integers(0, 256, (2, 3), dtype=np.uint8)
    return Image.fromarray(colours[(x + y) % 2])


def _figure(draw):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), dpi=80)
    draw(figure.subplots())
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file)


def _lines_plot(rng):
    x = np.linspace(0, 10, 80)

    def draw(axes):
        for number in range(3):
            axes.plot(x, np.sin(x * rng.uniform(0.3, 3)), label=f"run {number}")
        axes.set(title="loss", xlabel="step")
        axes.legend()

    return _figure(draw)


def _scatter_plot(rng):
    def draw(axes):
        axes.scatter(*rng.normal(size=(2, 60)), c=rng.random(60))
        axes.set(title="two dimensions", ylabel="second")

    return _figure(draw)


def _pie(rng):
    return _figure(lambda axes: axes.pie(rng.random(5) + 0.1, labels=list("abcde")))
