"""The decoder and the captioner: one step, two consumers; padding; first loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.cells import build_cell
from captioning.config import Config
from captioning.decoder import Decoder
from captioning.models.captioner import Captioner
from captioning.search import Tokens
from captioning.teacher_forcing import TeacherForcing
from data_prep.pipeline import Batch

VOCABULARY, REGIONS, REGION_DIM = 11, 6, 5
PAD, UNK, START, END = range(4)
TOKENS = Tokens(start=START, end=END, pad=PAD, banned=(PAD, UNK, START))

CELLS = pytest.mark.parametrize("cell", ["elman", "lstm"])


def small_captioner(cell="lstm", vocabulary_size=VOCABULARY, dropout=0.0):
    decoder = Decoder(vocabulary_size, 16, build_cell(cell, 12), 8, dropout)
    decoder.build((None, REGIONS, REGION_DIM))
    captioner = Captioner(None, decoder)
    captioner.built = True
    return captioner


def random_batch(num_images=3, captions_each=2, longest=7, vocabulary_size=VOCABULARY):
    random = np.random.default_rng(5)
    num_captions = num_images * captions_each
    token_ids = np.full((num_captions, longest + 2), PAD, np.int32)
    for row, length in enumerate(random.integers(2, longest + 1, num_captions)):
        words = random.integers(4, vocabulary_size, length)
        token_ids[row, : length + 2] = [START, *words, END]
    return Batch(
        inputs=tf.constant(
            random.random((num_images, REGIONS, REGION_DIM)), tf.float32
        ),
        token_ids=tf.constant(token_ids),
        caption_to_image=tf.repeat(tf.range(num_images), captions_each),
    )


def teacher(captioner, **knobs):
    config = Config(label_smoothing=0.0, weight_decay=0.0, **knobs)
    spec = Batch(
        inputs=tf.TensorSpec((None, REGIONS, REGION_DIM), tf.float32),
        token_ids=tf.TensorSpec((None, None), tf.int32),
        caption_to_image=tf.TensorSpec((None,), tf.int32),
    )
    return TeacherForcing(captioner, config, total_steps=400, batch_spec=spec, pad=PAD)


@CELLS
def test_call_is_step_unrolled(cell, seeded):
    captioner = small_captioner(cell)
    batch = random_batch()
    logits = captioner(*batch)
    decoder = captioner.decoder
    memory = decoder.read_regions(batch.inputs)
    # Search takes the two captions of a picture as its two beams.
    states = [
        tf.repeat(state[:, None], 2, axis=1) for state in decoder.initial_state(memory)
    ]
    token_ids = tf.reshape(batch.token_ids, (3, 2, -1))
    for t in range(token_ids.shape[-1]):
        step_logits, states = decoder.step(token_ids[..., t], states, memory)
        np.testing.assert_allclose(
            tf.reshape(step_logits, (6, VOCABULARY)), logits[:, t], atol=1e-5
        )


@CELLS
def test_padding_changes_neither_loss_nor_gradient(cell, seeded):
    captioner = small_captioner(cell)
    forcing = teacher(captioner)
    batch = random_batch()
    padded = batch._replace(
        token_ids=tf.pad(batch.token_ids, [(0, 0), (0, 5)], constant_values=PAD)
    )

    def loss_and_gradient(batch):
        with tf.GradientTape() as tape:
            loss = forcing.loss(batch)
        return loss, tape.gradient(loss, captioner.trainable_variables)

    loss, gradient = loss_and_gradient(batch)
    padded_loss, padded_gradient = loss_and_gradient(padded)
    np.testing.assert_allclose(loss, padded_loss, rtol=1e-6)
    for one, other in zip(gradient, padded_gradient, strict=True):
        one, other = tf.convert_to_tensor(one), tf.convert_to_tensor(other)
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_every_weight_learns(seeded):
    captioner = small_captioner()
    with tf.GradientTape() as tape:
        loss = teacher(captioner).loss(random_batch())
    gradient = tape.gradient(loss, captioner.trainable_variables)
    assert len(gradient) == 19
    for slope, variable in zip(gradient, captioner.trainable_variables, strict=True):
        assert np.any(tf.convert_to_tensor(slope) != 0), variable.path


@pytest.mark.parametrize("vocabulary_size", [50, 2500])
def test_the_first_loss_is_log_v(vocabulary_size, seeded):
    captioner = small_captioner(vocabulary_size=vocabulary_size)
    batch = random_batch(captions_each=20, vocabulary_size=vocabulary_size)
    loss = teacher(captioner).loss(batch)
    np.testing.assert_allclose(loss, np.log(vocabulary_size), atol=0.1)


@CELLS
def test_a_handful_is_learned_by_heart(cell, seeded):
    captioner = small_captioner(cell)
    forcing = teacher(captioner, learning_rate=2e-2, warmup_steps=10)
    batch = random_batch(captions_each=1)
    for _ in range(150):
        forcing.step(batch)
    assert forcing.loss(batch, training=False) < 0.05
    found = captioner.greedy_search(batch.inputs, TOKENS, max_length=9)
    expected = batch.token_ids[:, 1:].numpy()
    said = found.token_ids[:, 0, : expected.shape[1]].numpy()
    np.testing.assert_array_equal(said, expected)


def test_captions_find_their_picture(seeded):
    captioner = small_captioner()
    batch = random_batch()
    order = np.array([2, 0, 1])
    turned = Batch(
        inputs=tf.gather(batch.inputs, order),
        token_ids=batch.token_ids,
        caption_to_image=tf.gather(np.argsort(order), batch.caption_to_image),
    )
    np.testing.assert_allclose(captioner(*batch), captioner(*turned), atol=1e-6)


def test_attention_is_returned_and_sums_to_one(seeded):
    batch = random_batch()
    hidden, weights = small_captioner().hidden(*batch)
    assert hidden.shape == (6, 8 + 1, 16)
    assert weights.shape == (6, 8 + 1, REGIONS)
    np.testing.assert_allclose(tf.reduce_sum(weights, axis=-1), 1, rtol=1e-5)


def test_beam_search_of_the_captioner_is_that_of_the_teacher(seeded):
    """What search scores is what teacher forcing would score: one model, not two."""
    captioner = small_captioner()
    inputs = random_batch().inputs
    found = captioner.beam_search(
        inputs, TOKENS, num_beams=3, max_length=6, length_penalty=0.0
    )
    said = tf.reshape(found.token_ids, (9, 6))
    forced = tf.concat([tf.fill((9, 1), START), said], axis=1)
    logits = captioner(inputs, forced[:, :-1], tf.repeat(tf.range(3), 3))
    log_probs = tf.gather(tf.nn.log_softmax(logits), said, batch_dims=2)
    real = tf.cast(said != PAD, tf.float32)
    expected = tf.reshape(tf.reduce_sum(log_probs * real, axis=1), (3, 3))
    np.testing.assert_allclose(found.scores, expected, rtol=1e-4)


def test_averaged_weights_come_and_go(seeded):
    captioner = small_captioner()
    forcing = teacher(captioner, average=0.5)
    for _ in range(3):
        forcing.step(random_batch())
    trained = captioner.get_weights()
    with forcing.averaged_weights():
        averaged = captioner.get_weights()
    again = captioner.get_weights()
    assert any(np.any(a != t) for a, t in zip(averaged, trained, strict=True))
    for now, before in zip(again, trained, strict=True):
        np.testing.assert_allclose(now, before, atol=1e-6)  # swapped by sums


def test_serialises(seeded):
    captioner = small_captioner("elman", dropout=0.3)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(captioner)
    )
    again.set_weights(captioner.get_weights())
    batch = random_batch()
    np.testing.assert_array_equal(captioner(*batch), again(*batch))
    assert again.decoder.get_config() == captioner.decoder.get_config()
