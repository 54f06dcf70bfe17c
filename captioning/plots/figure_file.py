"""Figures as picture files, written all at once or not at all."""

import os
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure


def save_figure(figure: Figure, path: Path, dpi: int, **options: Any) -> None:
    """Write a figure.

    Args:
        figure: drawn.
        path: of the file; its ending says what is written, PNG if it has none.
        dpi: dots an inch.
        options: of Matplotlib's `savefig`.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial")
    try:
        figure.savefig(partial, format=path.suffix[1:] or "png", dpi=dpi, **options)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)  # is no more after the rename
