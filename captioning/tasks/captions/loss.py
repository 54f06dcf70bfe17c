"""The loss of a captioner: `objectives.teacher_forcing` of its references."""

import numpy as np
import tensorflow as tf

from captioning.models.captioner import Captioner
from captioning.objectives.teacher_forcing import num_tokens, teacher_forcing_loss
from data_prep.pipeline.image_batches import Batch, training_batches
from data_prep.text.special_tokens import PAD


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


def split_loss(
    captioner: Captioner, rows: np.ndarray, token_ids: tf.RaggedTensor
) -> float:
    """Return the mean cross-entropy of the captions of a split, in nats a token.

    Args:
        captioner: the model as it now is.
        rows: ``(images, ...)``, what the model is fed of each picture.
        token_ids: ``(images, (captions), (time))``, from `image_batches.tokenized`.
    """
    batches = training_batches([rows], token_ids, images_per_batch=32, seed=0, epoch=0)
    losses, counts = [], []
    for batch in batches:
        losses.append(float(captioning_loss(captioner, batch, 0.0, False)))
        counts.append(float(num_tokens(batch.token_ids, PAD)))
    return float(np.average(losses, weights=counts))
