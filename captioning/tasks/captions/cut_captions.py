"""Captions that are longer than what is learned of them."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from data_prep.console import say
from data_prep.text.special_tokens import END


def say_how_many_are_cut(
    token_ids: tf.RaggedTensor, data: Path, max_length: int
) -> None:
    """Say on stderr how many of the captions ``(captions, (time))`` have no END."""
    cut = np.sum(token_ids[:, -1:].flat_values != END)
    if cut:
        say(
            f"{data}: {cut:,} of {token_ids.nrows():,} captions have more than "
            f"{max_length - 1} words and are learned without their end; "
            "--max-length takes more."
        )
