"""The loss of a captioner: `objectives.teacher_forcing` of its references."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from captioning.models.captioner import Captioner
from captioning.objectives.teacher_forcing import teacher_forcing_loss
from data_prep.console import say
from data_prep.pipeline.images import Batch
from data_prep.text.special_tokens import END, PAD


def captioning_loss(
    captioner: Captioner, batch: Batch, label_smoothing: float, training: bool
) -> tf.Tensor:
    """Return the teacher forcing loss of a batch of pictures and their captions."""

    def hidden(token_ids, mask):
        return captioner.hidden(
            batch.inputs, token_ids, batch.caption_to_image, training, mask
        )[0]

    return teacher_forcing_loss(
        batch.token_ids,
        hidden,
        captioner.decoder.readout_weights(),
        pad=PAD,
        label_smoothing=label_smoothing,
    )


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
