"""A warning: the pretrained captioner has learned from photos that shall score it.

They are told by their fingerprints, which stay nearly the same where a photo is made
smaller, squeezed or written anew as JPEG: 64 bits, each of which says whether a pixel
of the photo, reduced to 9 x 8 grey ones, is brighter than the one left of it
("difference hash", Krawetz 2013). `benchmarks.seen_photos` makes them, and measures how
far photos are apart.
"""

from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from captioning import pretrained
from data_prep.console import say
from data_prep.pictures.decode_pillow import upright
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.records import read_pictures

NEAR = 3  # bits: copies differ in so few; no other photo that was tried in under 6
LOOKED_AT = 1000  # pictures of a split, a second or two


def fingerprint(image: Image.Image) -> np.ndarray:
    """Return the fingerprint of a picture, uint8 ``(8,)``."""
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX)
    levels = np.asarray(grey, np.int16)
    return np.packbits(levels[:, 1:] > levels[:, :-1])


def bits_apart(prints: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return by how many bits each of `prints` differs from the nearest of `others`.

    Args:
        prints: uint8 ``(n, 8)``.
        others: uint8 ``(m, 8)``.
    """
    return np.array(
        [np.bitwise_count(others ^ each).sum(axis=1).min() for each in prints], int
    )


def warn_of_seen_photos(start: Path, data: Path, split: str = "dev") -> None:
    """Say so if a captioner is the pretrained one, and it has learned from photos of a
    split of a data set; the first `LOOKED_AT` of its pictures are looked at.

    Args:
        start: a captioner, or what a training starts from.
        data: a prepared data set.
        split: "dev" or "test".
    """
    is_ours = start.resolve() == pretrained.RUN.resolve() or pretrained.is_ours(start)
    if not is_ours or DatasetInfo.load(data).kind != "captions":
        return
    pictures = islice(read_pictures(data, split), LOOKED_AT)
    prints = np.array([fingerprint(upright(picture)) for _, picture in pictures])
    near = bits_apart(prints, np.load(pretrained.SEEN_PHOTOS)) <= NEAR
    if near.any():
        say(
            f"{near.sum()} of {len(near)} {split} photos of {data} are photos that the "
            "pretrained captioner has learned from: the scores on dev and test are "
            "too high. Leave such photos out, or judge on others."
        )
