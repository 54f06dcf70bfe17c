"""The captioner: captions of their pictures, and search by the same model."""

import keras
import numpy as np
import tensorflow as tf

from data_prep.pipeline.image_batches import Batch


def test_captions_use_the_picture_that_they_are_mapped_to(
    small_captioner, random_batch, of_keras
):
    captioner = small_captioner()
    batch = random_batch()
    order = np.array([2, 0, 1])
    reordered = Batch(
        inputs=tf.gather(batch.inputs, order),
        token_ids=batch.token_ids,
        caption_to_image=tf.gather(np.argsort(order), batch.caption_to_image),
        image_numbers=tf.gather(batch.image_numbers, order),
    )
    np.testing.assert_allclose(
        captioner(of_keras(batch)), captioner(of_keras(reordered)), atol=1e-6
    )


def test_scores_of_beam_search_equal_those_of_teacher_forcing(
    small_captioner, random_batch, tokens
):
    captioner = small_captioner()
    inputs = random_batch().inputs
    found = captioner.beam_search(
        inputs, tokens, num_beams=3, max_length=6, length_penalty=0.0
    )
    words = tf.reshape(found.token_ids, (9, 6))
    forced = tf.concat([tf.fill((9, 1), tokens.start), words], axis=1)
    logits = captioner(
        {
            "images": inputs,
            "token_ids": forced[:, :-1],
            "caption_to_image": tf.repeat(tf.range(3), 3),
        }
    )
    log_probs = tf.gather(tf.nn.log_softmax(logits), words, batch_dims=2)
    real = tf.cast(words != tokens.pad, tf.float32)
    expected = tf.reshape(tf.reduce_sum(log_probs * real, axis=1), (3, 3))
    np.testing.assert_allclose(found.scores, expected, rtol=1e-4)


def test_config_round_trip(small_captioner, random_batch, of_keras):
    captioner = small_captioner("elman", dropout=0.3)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(captioner)
    )
    again.set_weights(captioner.get_weights())
    batch = random_batch()
    np.testing.assert_array_equal(captioner(of_keras(batch)), again(of_keras(batch)))
    assert again.decoder.get_config() == captioner.decoder.get_config()
