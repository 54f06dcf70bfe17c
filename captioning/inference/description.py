"""A description: the captions of a picture, how sure they are, and where it looked."""

import base64
import html
import io
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from captioning.inference.attention_file import DRAWN_AS
from captioning.inference.confidence import unsure
from captioning.inference.results import Caption
from captioning.plots.attention_overlay import highlight
from data_prep.atomic import check_file_to_write
from data_prep.errors import BadInput, with_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANEL = 150  # the longest side of a picture shown for a word, in pixels
_COLUMNS = 5
_LINE = 24  # pixels a line of text takes
_CHARACTERS = 100  # of a line, over five panels


@dataclass(frozen=True, eq=False, repr=False)
class Description:
    """What a captioner says of one picture; a notebook shows it as a picture.

    Attributes:
        captions: best first, each with its score and its confidence.
        picture: uint8 ``(height, width, 3)``, upright, reduced to 640 pixels at most.
        words: of the best caption.
        attention: float32 ``(words, rows, columns)``: where the captioner looked as it
            chose each word, on a grid over the whole picture; each word's sum is 1.
            None if the captioner does not say, as an exported SavedModel does not.
    """

    captions: list[Caption]
    picture: np.ndarray
    words: list[str]
    attention: np.ndarray | None

    @property
    def caption(self) -> str:
        """The best caption."""
        return self.captions[0].caption

    @property
    def confidence(self) -> float | None:
        """How probable it is that the best caption's main thing is right, 0..1; None if
        the captioner does not say."""
        return self.captions[0].confidence

    def __str__(self) -> str:
        return self.caption

    def __repr__(self) -> str:
        sure = "" if self.confidence is None else f", confidence {self.confidence:.2f}"
        return f"Description({self.caption!r}{sure})"

    def plot(self, path: str | Path | None = None, *, force: bool = False) -> "Figure":
        """Return a matplotlib figure: the picture, and once more for each word.

        Args:
            path: a .png or .jpg file to write it to as well.
            force: whether `path` may replace a file.

        Raises:
            BadInput: there is no attention to draw, or the file cannot be written.
        """
        if path is not None:
            path = Path(path)
            check_file_to_write("path", path, DRAWN_AS, "" if force else "force=True")
        if self.attention is None:
            raise BadInput(
                "This captioner does not say where it looked; expected one that does: "
                "load a run or a .tflite file."
            )
        try:
            from captioning.plots.attention import draw_attention
        except ModuleNotFoundError as error:
            raise with_extra(error) from error
        weights = self.attention.reshape(len(self.words), -1)
        return draw_attention(self.picture, self.words, weights, path)

    def _panels(self) -> list[tuple[str, Image.Image]]:
        """Return the picture, and each word with the picture as it was looked at."""
        maps = () if self.attention is None else tuple(self.attention)
        shown = [("", Image.fromarray(self.picture))]
        for word, weight in zip(self.words, maps, strict=False):
            shown.append((word, Image.fromarray(highlight(self.picture, weight))))
        for _, image in shown:
            image.thumbnail((_PANEL, _PANEL))
        return shown

    def _repr_html_(self) -> str:
        """For notebooks: the captions, and below them a picture for each word."""
        figures = "".join(
            '<figure style="display:inline-block;margin:4px;text-align:center">'
            f'<img alt="" src="data:image/png;base64,{_base64(image)}">'
            f"<figcaption>{html.escape(word) or '&nbsp;'}</figcaption></figure>"
            for word, image in self._panels()
        )
        others = "".join(
            f"<li>{html.escape(each.caption)} <small>({_numbers(each)})</small></li>"
            for each in self.captions[1:]
        )
        mark = html.escape(unsure(self.confidence))
        return (
            f"<div><p><b>{html.escape(self.caption)}</b>{mark}</p>{figures}"
            f"{f'<ul>{others}</ul>' if others else ''}</div>"
        )

    def _repr_png_(self) -> bytes:
        """For notebooks that show no HTML: the same panels as one picture."""
        from PIL import ImageDraw, ImageFont  # 7 ms, which a command needs not wait for

        panels = self._panels()
        height = panels[0][1].height
        rows = -(-len(panels) // _COLUMNS)
        lines = textwrap.wrap(self.caption + unsure(self.confidence), _CHARACTERS)
        top = _LINE * len(lines)
        size = (_COLUMNS * (_PANEL + 8), top + rows * (height + _LINE + 4))
        canvas = Image.new("RGB", size, "white")
        draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
        draw.text((4, 4), "\n".join(lines), "black", font)
        for place, (word, image) in enumerate(panels):
            x = place % _COLUMNS * (_PANEL + 8) + 4
            y = top + place // _COLUMNS * (height + _LINE + 4)
            canvas.paste(image, (x, y))
            draw.text((x, y + height + 2), word, "black", font)
        return _png(canvas)


def _numbers(caption: Caption) -> str:
    """Return what a caption stands in order by, and its score."""
    score = f"score {caption.score:.2f}"
    if caption.expected_cider_d is None:
        return score
    return f"expected CIDEr-D {caption.expected_cider_d:.2f}, {score}"


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _base64(image: Image.Image) -> str:
    return base64.b64encode(_png(image)).decode("ascii")
