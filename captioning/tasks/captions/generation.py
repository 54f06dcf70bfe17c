"""Captions of many pictures, searched for batch by batch from cached features."""

import numpy as np
import tensorflow as tf

from data_prep.console import progress

# Pictures searched for at once: the states of all their beams stay within the cache,
# and three beams of each are enough rows for oneDNN's fast products (`nn.matmul`).
BATCH_SIZE = 128


def caption_rows(caption, *rows: np.ndarray, label: str = "") -> list[str]:
    """Return the best caption of each picture.

    Args:
        caption: from `Captions.captioner`, or from `captioning.inference.ensemble`.
        rows: the features of the pictures, ``(images, ...)``, from `cached_rows`; of
            an ensemble each member's.
        label: of the progress; none is shown without.
    """
    captions: list[str] = []
    with progress(
        total=len(rows[0]), label=label, unit="images", shown=bool(label)
    ) as shown:
        for first in range(0, len(rows[0]), BATCH_SIZE):
            texts, _ = caption(
                *(tf.constant(own[first : first + BATCH_SIZE]) for own in rows)
            )
            captions += [text.decode("utf-8") for text in texts[:, 0].numpy()]
            shown.update(len(texts))
    return captions
