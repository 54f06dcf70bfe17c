"""Word associations: logits after each word, from the words up to it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.models.associations import WordAssociations, rank_related
from captioning.nn.cells import build_cell
from data_prep.text.special_tokens import PAD, START

VOCABULARY, RELATED, EMBEDDING, UNITS = 11, 6, 8, 9
SENTENCES = np.array(
    [[START, 4, 7, 5, 9], [START, 10, 6, PAD, PAD], [START, PAD, PAD, PAD, PAD]]
)


def build(cell=None, **options):
    model = WordAssociations(
        VOCABULARY,
        RELATED,
        EMBEDDING,
        cell or build_cell("lstm", UNITS),
        **options,
    )
    model.build((None, None))
    model.built = True
    return model


@pytest.mark.parametrize("name", ["elman", "lstm"])
def test_equal_to_the_equations_step_by_step(seeded, name):
    model = build(build_cell(name, UNITS))
    kernel, bias = model.readout.get_weights()
    inputs = np.array(model.embedding.embeddings)[SENTENCES[0]]
    states = model.cell.get_initial_state(1)
    for time in range(len(inputs)):
        h, states = model.cell(tf.constant(inputs[None, time]), states)
        mean = inputs[: time + 1].mean(axis=0)
        expected = np.array(h)[0] @ kernel[:UNITS] + mean @ kernel[UNITS:] + bias
        found = model(SENTENCES[:1])[0, time]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_logits_do_not_depend_on_later_words(seeded):
    model = build()
    other = SENTENCES.copy()
    other[0, 3:] = [8, 4]
    expected, found = model(SENTENCES), model(other)
    np.testing.assert_array_equal(found[0, :3], expected[0, :3])
    assert not np.allclose(found[0, 3:], expected[0, 3:])


def test_padding_changes_nothing(seeded):
    model = build()
    alone = model(SENTENCES[1:2, :3])
    np.testing.assert_allclose(model(SENTENCES)[1:2, :3], alone, atol=1e-6)
    np.testing.assert_allclose(
        model(np.pad(SENTENCES, ((0, 0), (0, 4))))[1:2, :3], alone, atol=1e-6
    )


def test_the_mean_ignores_the_order_of_words_and_the_cell_does_not(seeded):
    model = build()
    turned = SENTENCES[:1, [0, 3, 2, 1, 4]]
    hidden, other = model.hidden(SENTENCES[:1])[0, -1], model.hidden(turned)[0, -1]
    np.testing.assert_allclose(hidden[UNITS:], other[UNITS:], atol=1e-6)
    assert not np.allclose(hidden[:UNITS], other[:UNITS])


def test_dropout_in_training_only(seeded):
    model = build(dropout=0.5, word_dropout=0.5)
    np.testing.assert_array_equal(model(SENTENCES), model(SENTENCES))
    assert not np.allclose(model(SENTENCES), model(SENTENCES, training=True))


def test_word_dropout_drops_all_channels_of_a_word(seeded):
    words = build(word_dropout=0.5).word_dropout(tf.ones((4, 5, 3)), training=True)
    assert set(np.unique(words)) == {0.0, 2.0}
    np.testing.assert_array_equal(words[..., :1] * np.ones(3), words)


def test_the_cell_is_shared_not_copied(seeded):
    cell = build_cell("lstm", UNITS)
    first = build(cell)
    kernel = np.array(cell.kernel)
    second = build(cell)
    assert first.cell is second.cell is cell
    np.testing.assert_array_equal(cell.kernel, kernel)  # not built a second time
    assert any(weight is cell.kernel for weight in second.trainable_variables)


@pytest.mark.parametrize("name", ["elman", "lstm"])
def test_config_round_trip(seeded, name):
    model = build(build_cell(name, UNITS), dropout=0.3, word_dropout=0.1)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(model)
    )
    again.build((None, None))
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(SENTENCES), again(SENTENCES))
    assert again.get_config() == model.get_config()


def test_it_learns_which_words_are_related(seeded):
    """With a boat (4) goes water (0), with a car (5) a road (1)."""
    from captioning.nn.losses import related_cross_entropy

    model = build(build_cell("elman", UNITS))
    token_ids = np.array([[START, 4, 6], [START, 6, 5], [START, 7, 4], [START, 5, 7]])
    expected = np.eye(RELATED)[[0, 1, 0, 1]]
    optimizer = keras.optimizers.Adam(0.05)
    for _ in range(60):
        with tf.GradientTape() as tape:
            logits = model(token_ids, training=True)[:, -1]
            loss = tf.reduce_mean(related_cross_entropy(expected, logits))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
    best = np.argmax(model(np.array([[START, 4], [START, 5]]))[:, -1], axis=-1)
    np.testing.assert_array_equal(best, [0, 1])


def test_the_most_probable_words_come_first_but_those_that_were_read():
    logits = tf.math.log([[1.0, 3.0, 50.0, 2.0]])
    was_read = tf.constant([[False, False, True, False]])
    log_probs, best = rank_related(logits, was_read, 2)
    np.testing.assert_array_equal(best, [[1, 3]])
    np.testing.assert_allclose(np.exp(log_probs), [[3 / 6, 2 / 6]], rtol=1e-6)
