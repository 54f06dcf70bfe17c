"""A batch of picture files -> answers; a file that cannot be decoded costs itself."""

from collections.abc import Callable

import tensorflow as tf

from data_prep.pictures.decode import load_sound_pictures


def answer_pictures(
    image_bytes: tf.Tensor,
    image_size: int,
    answer: Callable[[tf.Tensor], dict[str, tf.Tensor]],
) -> dict[str, tf.Tensor]:
    """Return what a model answers about each picture of a batch, in a graph.

    Args:
        image_bytes: string ``(batch,)``, whole files as `data_prep.pictures.decode`
            reads them.
        image_size: pixels a side of what the model sees.
        answer: float32 pixels ``(n, image_size, image_size, 3)``, n at least 1 ->
            tensors ``(n, ...)`` by name.

    Returns:
        These tensors, ``(batch, ...)``, with empty strings and zeros for a picture that
        cannot be decoded; and "errors", string ``(batch,)``: why not, a sentence
        without its subject, "" of the others.
    """
    pixels, errors = load_sound_pictures(image_bytes, image_size)
    is_sound = tf.equal(errors, "")
    # A black picture where none is sound, for models take no empty batch.
    stand_in = tf.cast(~tf.reduce_any(is_sound), tf.int32)
    found = answer(tf.pad(pixels, [[0, stand_in], [0, 0], [0, 0], [0, 0]]))
    rows = tf.where(is_sound, tf.cumsum(tf.cast(is_sound, tf.int32)), 0)

    def of_each(tensor):
        blank = tf.zeros_like(tensor[:1])
        return tf.gather(tf.concat([blank, tensor], axis=0), rows)

    return {name: of_each(one) for name, one in found.items()} | {"errors": errors}
