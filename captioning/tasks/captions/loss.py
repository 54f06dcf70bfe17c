"""The loss of a captioner: `objectives.teacher_forcing` of its references."""

import tensorflow as tf

from captioning.models.captioner import Captioner
from captioning.objectives.teacher_forcing import teacher_forcing_loss
from data_prep.pipeline.image_batches import Batch
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
