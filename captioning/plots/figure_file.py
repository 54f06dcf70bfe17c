"""Figures as picture files, written all at once or not at all."""

import io
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from data_prep.atomic import write_bytes


def save_figure(figure: Figure, path: Path, dpi: int, **options: Any) -> None:
    """Write a figure.

    Args:
        figure: drawn.
        path: of the file; its ending says what is written, PNG if it has none.
        dpi: dots an inch.
        options: of Matplotlib's `savefig`.
    """
    path = Path(path)
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix[1:] or "png", dpi=dpi, **options)
    write_bytes(path, content.getvalue())
